"""The evaluation's fields: what a form post carries, and what a page shows again.

The questions come from the offering's own form, so no WTForms class can stand
behind them; whether the answers fit is `domain/answers.py`'s business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from tracker.domain.evaluation import (
    LONG_LIMIT,
    SCALE,
    SHORT_LIMIT,
    Kind,
    Part,
    Question,
    Repeat,
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
class StepFields:
    """What is asked on one page of the phone: a section, or its segments of a day."""

    key: str
    title: str
    is_single: bool
    parts: tuple[PartFields, ...]

    @property
    def has_error(self) -> bool:
        """Whether something in it must be mended."""
        return any(part.has_error for part in self.parts)


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
) -> tuple[StepFields, ...]:
    """Lay the questions out in steps, with what was sent and what is wrong.

    A section is one step; one that is asked for each segment is one for each day.
    """
    steps: dict[tuple[str, date | None], list[Part]] = {}
    for part in laid_out:
        steps.setdefault((part.section.key, _day_of(part, when)), []).append(part)
    sections = [section for section, _ in steps]
    return tuple(
        StepFields(
            key=f"{section}-{day}" if day else section,
            title=_step_title(parts[0].section, day if several else None),
            is_single=parts[0].section.repeat is Repeat.ONCE,
            parts=tuple(_part_fields(part, when, sent, errors) for part in parts),
        )
        for (section, day), parts in steps.items()
        for several in [sections.count(section) > 1]
    )


def _day_of(part: Part, when: When) -> date | None:
    """Return the local day of a segment's part; other parts have none."""
    if part.section.repeat is not Repeat.SEGMENT or part.subject is None:
        return None
    ended_at = part.subject.opens_at
    return ended_at.astimezone(when.zone).date() if ended_at else None


def _step_title(section: Section, day: date | None) -> str:
    return f"{section.title}: {day:%A}, {day.day} {day:%B}" if day else section.title


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
