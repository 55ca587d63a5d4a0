"""A binder's parts about facts: scans, corrections, dismissals, contests."""

from collections.abc import Iterator

import sqlalchemy as sa

from tracker.db import db
from tracker.models import (
    ApiToken,
    Contest,
    Correction,
    Device,
    Dismissal,
    Pass,
    Scan,
    User,
)
from tracker.services import attendance, contest_lists
from tracker.services.binder_parts import YES_NO, Entry, Subject, table_entry
from tracker.services.workbooks import Cell

Rows = list[list[Cell]]


def fact_entries(subject: Subject) -> Iterator[Entry]:
    """Give what attendance follows from, and what was said against it: four queries."""
    yield table_entry(
        "scans.csv",
        "Every scan, refused and held ones too, with what came of it. Without an "
        "enrollment it was of no pass of this offering, or of nobody known.",
        _scans(subject),
    )
    yield table_entry(
        "corrections.csv",
        "What staff added, excused or took out of account, and why.",
        _corrections(subject),
    )
    if subject.wish.is_of_all:
        yield table_entry(
            "dismissals.csv",
            "Held scans of nobody known that staff decided do not count.",
            _dismissals(subject),
        )
    yield table_entry(
        "contests.csv",
        "What participants contested, and what was answered.",
        _contests(subject),
    )


def _scans(subject: Subject) -> Rows:
    names = subject.names
    mine = Scan.offering_id == subject.offering.id
    if not subject.wish.is_of_all:
        mine = sa.and_(mine, attendance.scans_of(subject.by_id))
    found = db.session.execute(
        sa.select(Scan, attendance.OWNER, Device.name, ApiToken.name, Pass.spare_number)
        .select_from(Scan)
        .outerjoin(Pass, Pass.id == Scan.spare_pass_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(ApiToken, ApiToken.id == Scan.token_id)
        .where(mine)
        .order_by(Scan.scanned_at, Scan.id)
    )
    head: list[Cell] = ["scan", *subject.who_head, "segment", "direction"]
    head += ["scanned at", "device's clock", "received at", "outcome", "reason", "late"]
    head += ["way", *names.shown("device", "spare badge", "written name")]
    rows: Rows = [head]
    for scan, owner, device, program, spare in found:
        moments = (scan.scanned_at, scan.device_at, scan.received_at)
        rows.append(
            [
                names.fact(scan.uid),
                *subject.who(owner),
                subject.number_of(scan.segment_id),
                scan.direction.value,
                *map(names.moment, moments),
                scan.outcome.value,
                scan.reason.value if scan.reason else "",
                YES_NO[scan.is_late],
                _way(scan),
                *names.shown(device or program or "", spare or "", scan.note or ""),
            ]
        )
    return rows


def _way(scan: Scan) -> str:
    if scan.device_id is not None:
        return "device"
    if scan.token_id is not None:
        return "program"
    return "room code" if scan.phone_digest is not None else "spoken code"


def _corrections(subject: Subject) -> Rows:
    names = subject.names
    found = db.session.execute(
        sa.select(Correction, User, Device.name)
        .outerjoin(User, User.id == Correction.user_id)
        .outerjoin(Device, Device.id == Correction.device_id)
        .where(Correction.enrollment_id.in_(subject.by_id))
        .order_by(Correction.made_at, Correction.id)
    )
    head: list[Cell] = ["correction", *subject.who_head, "segment", "kind", "at"]
    head += ["scan", "takes out of account", "why", *names.shown("reason")]
    head += ["evidence", *names.shown("evidence in words"), "by", "made at"]
    rows: Rows = [head]
    for each, user, device in found:
        rows.append(
            [
                names.fact(each.public_id),
                *subject.who(each.enrollment_id),
                subject.number_of(each.segment_id),
                each.kind.value,
                names.moment(each.at),
                names.fact(each.scan_uid),
                names.fact(each.voids_correction),
                each.chip.value,
                *names.shown(each.reason),
                each.evidence_kind.value if each.evidence_kind else "",
                *names.shown(each.evidence or ""),
                author(subject, user, device),
                names.moment(each.made_at),
            ]
        )
    return rows


def author(subject: Subject, user: User | None, device: str | None) -> str:
    """Return who made something: a member of staff, or a device."""
    if user is not None:
        return subject.names.staff(user)
    return "a device" if subject.names.is_nameless else device or ""


def _dismissals(subject: Subject) -> Rows:
    names = subject.names
    found = db.session.execute(
        sa.select(Dismissal, User, Device.name)
        .outerjoin(User, User.id == Dismissal.user_id)
        .outerjoin(Device, Device.id == Dismissal.device_id)
        .where(Dismissal.offering_id == subject.offering.id)
        .order_by(Dismissal.made_at, Dismissal.id)
    )
    rows: Rows = [["scan", "why", *names.shown("reason"), "by", "made at"]]
    for each, user, device in found:
        rows.append(
            [
                names.fact(each.scan_uid),
                each.chip.value,
                *names.shown(each.reason),
                author(subject, user, device),
                names.moment(each.made_at),
            ]
        )
    return rows


def _contests(subject: Subject) -> Rows:
    names = subject.names
    found = db.session.execute(
        sa.select(Contest, User)
        .outerjoin(User, User.id == Contest.answered_by)
        .where(Contest.enrollment_id.in_(subject.by_id))
        .order_by(Contest.made_at, Contest.id)
    )
    head: list[Cell] = ["contest", *subject.who_head, "segment", "made at", "state"]
    head += ["answered at", "by", *names.shown("words", "answer")]
    rows: Rows = [head]
    for each, user in found:
        rows.append(
            [
                names.fact(each.public_id),
                *subject.who(each.enrollment_id),
                subject.number_of(each.segment_id),
                names.moment(each.made_at),
                contest_lists.state_of(each).value,
                names.moment(each.answered_at),
                names.staff(user),
                *names.shown(each.words, each.answer),
            ]
        )
    return rows
