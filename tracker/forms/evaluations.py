"""The evaluation's fields: what a form post carries, and what a page shows again.

The questions come from the offering's own form, so no WTForms class can stand
behind them; whether the answers fit is `domain/answers.py`'s business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from tracker.domain.evaluation import (
    LONG_LIMIT,
    SCALE,
    SHORT_LIMIT,
    Kind,
    Part,
    Question,
    Section,
)

CSRF_FIELD = "csrf_token"
Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class AnswerField:
    """One question as the page asks it: `name` is its field, `kept` what was sent."""

    name: str
    question: Question
    kept: tuple[str, ...]
    error: str | None

    @property
    def scale(self) -> list[tuple[int, str]]:
        """The values of a rating or number; the ends carry their words."""
        first, last = (1, SCALE) if self.question.kind is Kind.RATING else (0, 10)
        words = {first: self.question.low, last: self.question.high}
        return [(value, words.get(value, "")) for value in range(first, last + 1)]

    @property
    def limit(self) -> int:
        """The longest text, in characters."""
        return LONG_LIMIT if self.question.kind is Kind.LONG else SHORT_LIMIT


@dataclass(frozen=True)
class PartFields:
    """One part of the page; `opens_at` is local, None where nobody knows."""

    key: str
    title: str
    absent_name: str | None
    is_absent: bool
    is_open: bool
    opens_at: datetime | None
    fields: tuple[AnswerField, ...]

    @property
    def has_error(self) -> bool:
        """Whether something in it must be mended."""
        return any(field.error for field in self.fields)


@dataclass(frozen=True)
class SectionFields:
    """The parts of one section, in their order."""

    section: Section
    parts: tuple[PartFields, ...]


@dataclass(frozen=True)
class When:
    """The moments that decide what can be answered now."""

    now: datetime
    opens_at: datetime | None
    zone: ZoneInfo


def read_answers(form: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return a form post's fields and values, without the token against forgery."""
    return {name: form.getlist(name) for name in form if name != CSRF_FIELD}


def lay_out_fields(
    laid_out: Sequence[Part], when: When, sent: Sent, errors: Mapping[str, str]
) -> tuple[SectionFields, ...]:
    """Lay the questions out for the page, with what was sent and what is wrong."""
    sections: dict[str, list[Part]] = {}
    for part in laid_out:
        sections.setdefault(part.section.key, []).append(part)
    return tuple(
        SectionFields(
            parts[0].section,
            tuple(_part_fields(part, when, sent, errors) for part in parts),
        )
        for parts in sections.values()
    )


def _part_fields(
    part: Part, when: When, sent: Sent, errors: Mapping[str, str]
) -> PartFields:
    own = part.subject.opens_at if part.subject else None
    opens_at = min((at for at in (own, when.opens_at) if at is not None), default=None)
    return PartFields(
        key=part.key,
        title=part.title,
        absent_name=part.absent_field,
        is_absent=bool(part.absent_field and any(sent.get(part.absent_field, ()))),
        is_open=part.is_open(when.now, when.opens_at),
        opens_at=opens_at.astimezone(when.zone) if opens_at else None,
        fields=tuple(
            AnswerField(name, question, tuple(sent.get(name, ())), errors.get(name))
            for question in part.section.questions
            for name in [part.field(question)]
        ),
    )
