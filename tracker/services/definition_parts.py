"""The shape of an offering's file: what it may say, and of which kind."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.admission_settings import (
    LONGEST_CONFIRMATION,
    MOST_RESERVATIONS,
    MOST_SEATS,
)
from tracker.domain.admissions import ReservedFor, WaitlistOrder
from tracker.domain.credit import Rounding
from tracker.services.definition_types import (
    STOCKS,
    Address,
    Area,
    Categories,
    Category,
    Code,
    CodeOrNone,
    Day,
    Line,
    Minutes,
    Paragraphs,
    Short,
    Title,
    WallTime,
    Zone,
)


class Part(BaseModel):
    """A part of the file: nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CoursePart(Part):
    """The catalogue entry, as the public reads it.

    `prerequisite_course` is the code of the course whose completion is looked for,
    empty for none. Left out, it and `questions` stay as they are.
    """

    code: Code
    title: Title
    summary: Paragraphs = ""
    description: Paragraphs = ""
    audience: list[Title] = []
    prerequisite: Paragraphs = ""
    obligation: Paragraphs = ""
    cost: Paragraphs = ""
    contact: Line = ""
    topics: list[Title] = []
    prerequisite_course: CodeOrNone | None = None
    questions: list[Any] | None = None


class HostPart(Part):
    """Who gives the course, as the certificate names it."""

    name: Title
    address: Line = ""
    sponsor_numbers: list[Title] = []


class SignatoryPart(Part):
    """Somebody who signs the certificates."""

    name: Title
    role: Line = ""


class AccreditationPart(Part):
    """What one jurisdiction credits, by which arithmetic, and where that is written.

    `categories` are kinds of credit that it counts apart; those of
    `excluded_categories` it does not count at all.
    """

    jurisdiction: Title
    line: Title
    unit: Title
    unit_minutes: Annotated[int, Field(ge=1, le=240)]
    rounding: Annotated[Rounding, Field(strict=False)]
    minimum_minutes: Minutes = 0
    approval: Line = ""
    source: Line = ""
    categories: Categories = []
    excluded_categories: Categories = []


class ApplicationsPart(Part):
    """When an offering takes applications; `closed`: a coordinator ended it early."""

    opens_at: WallTime | None = None
    closes_at: WallTime | None = None
    closed: bool = False


class ReservationPart(Part):
    """Seats held back for one discipline or agency."""

    kind: Annotated[ReservedFor, Field(strict=False)]
    value: Short
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)]


class AdmissionPart(Part):
    """How seats are given away; `confirm_days` 0: acceptance enrolls at once."""

    confirm_days: Annotated[int, Field(ge=0, le=LONGEST_CONFIRMATION)] = 7
    overbooking: Annotated[int, Field(ge=0, le=MOST_SEATS)] = 0
    waitlist_order: Annotated[WaitlistOrder, Field(strict=False)] = (
        WaitlistOrder.APPLIED
    )
    reservations: Annotated[
        list[ReservationPart], Field(max_length=MOST_RESERVATIONS)
    ] = []


class OfferingPart(Part):
    """One delivery: where, when, for how many, under which settings.

    Left out, `published`, `applications`, `admission` and `cancelled` stay as they
    are; a new offering is published, and takes no applications yet.
    """

    code: Code
    title: Title
    city: Title
    state: Short
    timezone: Zone
    starts_on: Day
    ends_on: Day
    venue: Paragraphs = ""
    contact: Line = ""
    capacity: Annotated[int, Field(ge=0, le=100_000)] = 0
    catchment: list[Area] = []
    stock: STOCKS = "lemon"
    host: HostPart
    signatories: list[SignatoryPart] = []
    accreditations: list[AccreditationPart] = []
    policy: dict[str, Any] = {}
    published: bool | None = None
    applications: ApplicationsPart | None = None
    admission: AdmissionPart | None = None
    cancelled: bool | None = None


class InstructorPart(Part):
    """Somebody who teaches; `key` is how segments name them.

    `email` is where their sign-in codes are sent: left out, what is known stays;
    empty, it is forgotten.
    """

    key: Code
    name: Title
    title: Line = ""
    email: Address | None = None


class SegmentPart(Part):
    """One scheduled block; times are wall times where the offering is held.

    Without `credit_minutes` it carries its whole length.
    """

    number: Annotated[int, Field(ge=1, le=999)]
    title: Title
    starts_at: WallTime
    ends_at: WallTime
    room: Line = ""
    required: bool = True
    check_out: bool = False
    credit_minutes: Minutes | None = None
    credit_category: Category = ""
    instructors: list[Code] = []
    cancelled: bool = False


class Definition(Part):
    """A whole offering's file. Without `evaluation` it gets the default form.

    Without `knowledge` or `follow_up`, that is not asked, or as it was before.
    """

    course: CoursePart
    offering: OfferingPart
    instructors: list[InstructorPart] = []
    segments: Annotated[list[SegmentPart], Field(max_length=300)]
    evaluation: dict[str, Any] | None = None
    knowledge: dict[str, Any] | None = None
    follow_up: dict[str, Any] | None = None
