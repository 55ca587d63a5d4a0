"""A binder's parts about days: headcounts, and what was signed off."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.db import db
from tracker.domain.headcounts import count_in
from tracker.models import DaySignOff, Device, Headcount, User
from tracker.services.binder_facts import author
from tracker.services.binder_parts import Entry, Subject, table_entry
from tracker.services.workbooks import Cell

Rows = list[list[Cell]]


def day_entries(subject: Subject) -> Iterator[Entry]:
    """Give headcounts and the days signed off: two queries."""
    yield table_entry(
        "headcounts.csv",
        "How many people somebody counted in the room, and how many were recorded as "
        "in at that moment. The newest of a segment holds.",
        _headcounts(subject),
    )
    yield table_entry(
        "days.csv", "Which days a coordinator has signed off.", _days(subject)
    )


def _headcounts(subject: Subject) -> Rows:
    names, counted_by, explained_by = subject.names, aliased(User), aliased(User)
    found = db.session.execute(
        sa.select(Headcount, counted_by, explained_by, Device.name)
        .outerjoin(counted_by, counted_by.id == Headcount.user_id)
        .outerjoin(explained_by, explained_by.id == Headcount.explained_by)
        .outerjoin(Device, Device.id == Headcount.device_id)
        .where(Headcount.offering_id == subject.offering.id)
        .order_by(Headcount.counted_at, Headcount.id)
    )
    head: list[Cell] = ["segment", "counted at", "counted", "recorded as in"]
    head += ["difference", "by", *names.shown("explanation"), "explained by"]
    rows: Rows = [head]
    for each, user, explainer, device in found:
        recorded = count_in(
            (
                by[each.segment_id]
                for by in subject.records.values()
                if each.segment_id in by
            ),
            each.counted_at,
        )
        rows.append(
            [
                subject.number_of(each.segment_id),
                names.moment(each.counted_at),
                *(each.counted, recorded, each.counted - recorded),
                author(subject, user, device),
                *names.shown(each.explanation),
                names.staff(explainer),
            ]
        )
    return rows


def _days(subject: Subject) -> Rows:
    names = subject.names
    found = db.session.execute(
        sa.select(DaySignOff, User)
        .outerjoin(User, User.id == DaySignOff.user_id)
        .where(DaySignOff.offering_id == subject.offering.id)
        .order_by(DaySignOff.day)
    )
    rows: Rows = [["day", "signed off at", "by", *names.shown("notes")]]
    for each, user in found:
        said = names.moment(each.signed_at), names.staff(user)
        rows.append([each.day.isoformat(), *said, *names.shown(each.notes)])
    return rows
