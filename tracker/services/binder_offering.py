"""A binder's parts about the offering itself: what it was, its schedule, its forms."""

from collections.abc import Iterator
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.db import db
from tracker.domain.binders import instructor_title
from tracker.domain.evaluation import Form, Question
from tracker.domain.evaluation_definition import form_from_json
from tracker.models import Delivery, EvaluationForm, Offering, Segment, User
from tracker.services import credit_rules
from tracker.services.binder_names import Names
from tracker.services.binder_parts import YES_NO, Entry, Subject, table_entry
from tracker.services.workbooks import Cell

Rows = list[list[Cell]]
RULE = (
    "jurisdiction",
    "line",
    "unit",
    "unit_minutes",
    "rounding",
    "minimum_minutes",
    "categories",
    "excluded_categories",
    "approval",
    "source",
)


def offering_entries(subject: Subject) -> Iterator[Entry]:
    """Give what the offering was, its accreditations and its schedule: four queries."""
    offering, names = subject.offering, subject.names
    yield table_entry(
        "offering.csv", "What was held, where and when.", _offering(offering, names)
    )
    yield table_entry(
        "accreditations.csv",
        "What each jurisdiction credits, by which rule, and where that is written.",
        _accreditations(subject),
    )
    segments = _segments(offering)
    yield table_entry(
        "schedule.csv",
        "Every segment, cancelled ones too: as planned last, and as delivered. "
        "Where no delivered time stands, it was held as planned.",
        _schedule(segments, offering, names),
    )
    yield table_entry(
        "plans.csv",
        "Every plan of each segment, and from when on it was in force.",
        _plans(segments, names),
    )
    yield table_entry(
        "deliveries.csv",
        "What staff said on how each segment was really held; the newest holds.",
        _deliveries(subject),
    )


def _offering(offering: Offering, names: Names) -> Rows:
    host = offering.host
    rows: Rows = [
        ["code", offering.code],
        ["course", offering.course.title],
        ["title", offering.title],
        ["city", offering.city],
        ["state", offering.state],
        ["time zone", offering.timezone],
        ["first day", offering.starts_on.isoformat()],
        ["last day", offering.ends_on.isoformat()],
        ["host", host.get("name", "")],
        ["host's address", host.get("address", "")],
        ["sponsor numbers", ", ".join(map(str, host.get("sponsor_numbers", [])))],
    ]
    signatories = ", ".join(f"{e['name']}, {e['role']}" for e in offering.signatories)
    if not names.is_nameless:
        rows += [["venue", offering.venue], ["signatories", signatories]]
    policy = sorted(offering.policy.items())
    rows += [[f"policy: {name}", str(value)] for name, value in policy]
    return [["what", "value"], *rows]


def _accreditations(subject: Subject) -> Rows:
    return [
        list(RULE),
        *(
            [_cell(each.get(name, "")) for name in RULE]
            for each in credit_rules.list_accreditations(subject.offering)
            if subject.names_jurisdiction(each)
        ),
    ]


def _cell(value: object) -> Cell:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, int) else str(value)


def _segments(offering: Offering) -> list[Segment]:
    return list(
        db.session.scalars(
            sa.select(Segment)
            .where(Segment.offering_id == offering.id)
            .order_by(Segment.number)
            .options(selectinload(Segment.versions), selectinload(Segment.instructors))
        )
    )


def _schedule(segments: list[Segment], offering: Offering, names: Names) -> Rows:
    order = {each.id: n for n, each in enumerate(offering.instructors, start=1)}
    head: list[Cell] = ["number", "title", "room", "starts", "ends", "really started"]
    head += ["really ended", "on time until", "cancelled", "required", "check-out"]
    head += ["credit minutes", "credit category", "instructors"]
    rows: Rows = [head]
    for each in segments:
        taught = (
            instructor_title(order[one.id]) if names.is_nameless else one.name
            for one in each.instructors
        )
        moments = [each.starts_at, each.ends_at, each.delivered_starts_at]
        moments += [each.delivered_ends_at, each.on_time_until, each.cancelled_at]
        rows.append(
            [
                *(each.number, each.title, each.room),
                *map(names.moment, moments),
                YES_NO[each.is_required],
                YES_NO[each.needs_check_out],
                each.credit_minutes,
                each.credit_category or "general",
                ", ".join(taught),
            ]
        )
    return rows


def _plans(segments: list[Segment], names: Names) -> Rows:
    rows: Rows = [["segment", "in force from", "starts", "ends", "room"]]
    for each in segments:
        for plan in each.versions:
            moments = map(names.moment, (plan.valid_from, plan.starts_at, plan.ends_at))
            rows.append([each.number, *moments, plan.room])
    return rows


def _deliveries(subject: Subject) -> Rows:
    names = subject.names
    found = db.session.execute(
        sa.select(Delivery, User)
        .outerjoin(User, User.id == Delivery.user_id)
        .where(Delivery.offering_id == subject.offering.id)
        .order_by(Delivery.id)
    )
    head: list[Cell] = ["segment", "said at", "by", "really started", "really ended"]
    rows: Rows = [[*head, "on time until", *names.shown("reason")]]
    for each, user in found:
        rows.append(
            [
                subject.number_of(each.segment_id),
                names.moment(each.made_at),
                names.staff(user),
                names.moment(each.starts_at),
                names.moment(each.ends_at),
                names.moment(each.on_time_until),
                *names.shown(each.reason),
            ]
        )
    return rows


def forms_entry(offering: Offering) -> Entry:
    """Give every version of every form, question by question: one query."""
    found = db.session.scalars(
        sa.select(EvaluationForm)
        .where(EvaluationForm.offering_id == offering.id)
        .order_by(EvaluationForm.kind, EvaluationForm.version)
    )
    head: list[Cell] = ["form", "version", "section", "asked", "question", "kind"]
    rows = (
        [each.kind.value, each.version, *line]
        for each in found
        for line in _questions(form_from_json(each.definition))
    )
    head += ["required", "answers", "correct"]
    about = "What participants were asked: every version of every form."
    return table_entry("forms.csv", about, list(chain([head], rows)))


def _questions(form: Form) -> Iterator[list[Cell]]:
    for section in form.sections:
        for each in section.questions:
            yield [
                *(section.title, section.repeat.value, each.text, each.kind.value),
                *(YES_NO[each.is_required], _answers(each), ", ".join(each.correct)),
            ]


def _answers(question: Question) -> str:
    ends = [question.low, question.high] if question.low or question.high else []
    return " · ".join([*question.choices, *ends])
