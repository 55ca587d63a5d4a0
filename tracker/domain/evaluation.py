"""The evaluation form: its questions, its parts, and when answers may be sent.

Source: product.md "Evaluating".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from tracker.domain.schedule import Schedule

SHORT_LIMIT = 300
LONG_LIMIT = 5_000
SCALE = 5
ABSENT = "absent"  # "I was not there" is an answer everywhere


class Repeat(StrEnum):
    """How often a section is asked."""

    ONCE = "once"
    SEGMENT = "segment"
    INSTRUCTOR = "instructor"


class Kind(StrEnum):
    """What kind of answer a question takes."""

    RATING = "rating"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True)
class Question:
    """One question. `low`/`high` label a scale's ends; `choices` what can be chosen.

    `correct` are the right choices of a knowledge check: its key, which no
    participant is shown.
    """

    key: str
    kind: Kind
    text: str
    is_required: bool = False
    low: str = ""
    high: str = ""
    choices: tuple[str, ...] = ()
    correct: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Questions asked together, once or for each segment or instructor."""

    key: str
    title: str
    repeat: Repeat
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Subject:
    """What one part is about: segment 3, an instructor. `key` is stable.

    `opens_at` is when its part can be drafted; None: when sending opens.
    """

    key: str
    title: str
    opens_at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """A section asked about one subject; the unit of the page."""

    section: Section
    subject: Subject | None

    @property
    def key(self) -> str:
        """The prefix of this part's field names."""
        section = self.section.key
        return f"{section}.{self.subject.key}" if self.subject else section

    @property
    def title(self) -> str:
        """What the page writes above it."""
        return self.subject.title if self.subject else self.section.title

    @property
    def absent_field(self) -> str | None:
        """The field that says "I was not there", where that makes sense."""
        return f"{self.key}.{ABSENT}" if self.subject else None

    def is_open(self, now: datetime, sending_opens_at: datetime | None) -> bool:
        """Say whether this part can be answered: a segment's once it has ended."""
        own = self.subject.opens_at if self.subject else None
        moments = [moment for moment in (own, sending_opens_at) if moment is not None]
        return any(now >= moment for moment in moments)

    def field(self, question: Question) -> str:
        """Name the field of one question."""
        return f"{self.key}.{question.key}"


@dataclass(frozen=True)
class Form:
    """All sections of one version of the evaluation."""

    sections: tuple[Section, ...]


def parts(
    form: Form, segments: Sequence[Subject], instructors: Sequence[Subject]
) -> tuple[Part, ...]:
    """Lay the form out for one offering, section by section."""
    subjects: Mapping[Repeat, Sequence[Subject | None]] = {
        Repeat.ONCE: [None],
        Repeat.SEGMENT: segments,
        Repeat.INSTRUCTOR: instructors,
    }
    return tuple(
        Part(section, subject)
        for section in form.sections
        for subject in subjects[section.repeat]
    )


def sending_opens_at(schedule: Schedule) -> datetime | None:
    """Return from when answers may be sent: 20 minutes (policy) before the end.

    The end is the last required segment's, as delivered where known; None where
    nothing is scheduled.
    """
    if schedule.ends_at is None:
        return None
    minutes = schedule.policy.evaluation_opens_minutes
    return schedule.ends_at - timedelta(minutes=minutes)


def sending_closes_at(schedule: Schedule, ends_on: date) -> datetime:
    """Return when the evaluation closes: 7 days (policy) after the last day has ended.

    Days are those of the offering's own zone. A schedule that runs past the
    announced last day `ends_on` moves the closing with it.
    """
    if schedule.ends_at is not None:
        ends_on = max(ends_on, schedule.local_day(schedule.ends_at))
    closes_on = ends_on + timedelta(days=1 + schedule.policy.evaluation_closes_days)
    return datetime.combine(closes_on, time(), schedule.zone).astimezone(UTC)
