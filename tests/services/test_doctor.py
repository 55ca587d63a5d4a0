"""`tracker doctor`: for each check a planted violation, and exactly that check fails.

What a constraint forbids is planted after taking the constraint away: the doctor
is for databases in which something that cannot happen has happened.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    make_application,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
)
from tests.held import EVENING, Held, hold_offering
from tracker import links
from tracker.db import db
from tracker.models import CreditStatement, Response
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    batches,
    corrections,
    credit_rules,
    credit_statements,
    doctor,
    mixing,
    sealing,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI

WHY = Why(ReasonChip.MISTAKE)
NOBODYS = "1970-01-01 00:00:00"

Plant = Callable[[Held], None]
PLANTS: dict[str, list[Plant]] = {}


def plants(check: str) -> Callable[[Plant], Plant]:
    """Say which check a planted violation has to fail."""

    def remember(plant: Plant) -> Plant:
        PLANTS.setdefault(check, []).append(plant)
        return plant

    return remember


def run(statement: str, **values: Any) -> None:
    db.session.flush()
    db.session.execute(sa.text(statement), values)


def forget_constraints(table: str, *names: str) -> None:
    """Take constraints away: all of them on SQLite, where a table is copied."""
    if db.session.connection().dialect.name == "sqlite":
        run(f"CREATE TABLE bare AS SELECT * FROM {table}")  # noqa: S608 - our own name
        run(f"DROP TABLE {table}")
        run(f"ALTER TABLE bare RENAME TO {table}")
        return
    for name in names:
        run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        run(f"DROP INDEX IF EXISTS {name}")


def copy_row(table: str, key: str, value: Any, **changes: Any) -> None:
    """Insert a row once more, with some columns changed."""
    found = sa.text(f"SELECT * FROM {table} WHERE {key} = :value")  # noqa: S608 - ours
    row = db.session.execute(found, {"value": value}).mappings().first()
    assert row
    columns = {
        name: json.dumps(each) if isinstance(each, dict | list) else each
        for name, each in {**row, **changes}.items()
    }
    names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    run(f"INSERT INTO {table} ({names}) VALUES ({marks})", **columns)  # noqa: S608 - ours


@plants("one attendance per enrollment and segment")
def a_second_attendance(held: Held) -> None:
    forget_constraints("attendance", "uq_attendance_enrollment_id_segment_id")
    copy_row("attendance", "enrollment_id", held.ben.id, id=999_999)


@plants("one attendance per enrollment and segment")
def an_attendance_at_another_offerings_segment(held: Held) -> None:
    (foreign,) = make_day(make_offering(), 1)
    of_ben = {"ben": held.ben.id, "foreign": foreign.id, "first": held.segments[0].id}
    for table in ("scans", "attendance"):
        run(
            f"UPDATE {table} SET segment_id = :foreign "  # noqa: S608 - ours
            "WHERE enrollment_id = :ben AND segment_id = :first",
            **of_ben,
        )


@plants("attendance equals its facts")
def a_changed_time(held: Held) -> None:
    run(
        "UPDATE attendance SET last_in = :at WHERE enrollment_id = :ben",
        at=NOBODYS,
        ben=held.ben.id,
    )


@plants("attendance equals its facts")
def a_lost_attendance(held: Held) -> None:
    run("DELETE FROM attendance WHERE enrollment_id = :ben", ben=held.ben.id)


@plants("attendance equals its facts")
def an_attendance_from_nothing(held: Held) -> None:
    absent = make_enrollment(offering=held.offering)
    copy_row(
        "attendance",
        "enrollment_id",
        held.ben.id,
        id=999_999,
        enrollment_id=absent.id,
    )


@plants("attendance equals its facts")
def a_lost_scan(held: Held) -> None:
    run("DELETE FROM scans WHERE enrollment_id = :ben", ben=held.ben.id)


@plants("every scan answered")
def a_refused_scan_without_reason(_held: Held) -> None:
    forget_constraints("scans", "ck_scans_reason_given")
    run("UPDATE scans SET reason = NULL WHERE outcome = 'refused'")


@plants("every scan answered")
def an_accepted_scan_with_a_reason(_held: Held) -> None:
    forget_constraints("scans", "ck_scans_reason_given")
    run("UPDATE scans SET reason = 'closed' WHERE outcome = 'accepted'")


@plants("every scan answered")
def a_scan_with_an_outcome_of_no_list(_held: Held) -> None:
    forget_constraints("scans", "ck_scans_scan_outcome", "ck_scans_reason_given")
    run("UPDATE scans SET outcome = 'lost' WHERE outcome = 'refused'")


@plants("every scan answered")
def a_refused_scan_with_a_reason_to_hold(_held: Held) -> None:
    run("UPDATE scans SET reason = 'clock_unsure' WHERE outcome = 'refused'")


@plants("every scan answered")
def a_scan_that_counts_for_nobody(_held: Held) -> None:
    forget_constraints("scans", "ck_scans_reason_given")
    run(
        "UPDATE scans SET outcome = 'accepted', reason = NULL WHERE outcome = 'refused'"
    )


@plants("certificates rest on their basis")
def a_certificate_without_receipt(held: Held) -> None:
    run("DELETE FROM evaluation_receipts WHERE enrollment_id = :ada", ada=held.ada.id)
    run(
        "DELETE FROM sealed_responses WHERE random_id = "
        "(SELECT min(random_id) FROM sealed_responses)"
    )


@plants("certificates rest on their basis")
def a_certificate_that_outlived_its_basis(held: Held) -> None:
    user = make_user(Role.COORDINATOR, held.offering)
    voids.void_attendance(
        held.ada,
        held.segments[0],
        act=Act(why=WHY, uid=uuid4().hex, user=user, now=EVENING),
    )
    run("UPDATE certificates SET revoked_at = NULL, revoked_cause = NULL")


@plants("certificates rest on their basis")
def a_certificate_with_an_empty_basis(_held: Held) -> None:
    run("UPDATE certificates SET basis = '[]'")


@plants("certificates rest on their basis")
def a_certificate_that_rests_on_a_scan_nobody_made(held: Held) -> None:
    held.certificate.basis = [
        {**part, "source": "scan:nobody"} for part in held.certificate.basis
    ]


@plants("certificates rest on their basis")
def a_certificate_that_rests_on_absence(held: Held) -> None:
    first, *others = held.certificate.basis
    held.certificate.basis = [{**first, "status": "absent"}, *others]


@plants("one live certificate per enrollment")
def a_second_live_certificate(held: Held) -> None:
    forget_constraints("certificates", "uq_certificates_live_enrollment")
    copy_row("certificates", "enrollment_id", held.ada.id, id=999_999, serial="another")


@plants("one live certificate per enrollment")
def a_serial_used_again(held: Held) -> None:
    forget_constraints("certificates", "uq_certificates_serial")
    copy_row(
        "certificates",
        "enrollment_id",
        held.ada.id,
        id=999_999,
        revoked_at=NOBODYS,
        revoked_cause="decision",
    )


def state_credit(held: Held) -> CreditStatement:
    """Issue a credit statement to somebody else, who was checked in by hand."""
    (example, *_) = credit_rules.list_examples()
    held.offering.accreditations = [example.values | {"line": "Sample line"}]
    cleo = make_enrollment(offering=held.offering, name="Sample Cleo")
    first = held.segments[0]
    act = act_in(held)
    corrections.check_in_by_hand(cleo, first, at=first.starts_at, act=act)
    key = credit_rules.key_of(example.values["jurisdiction"], example.values["unit"])
    return credit_statements.issue(cleo, key, actor=CLI, now=EVENING)


def act_in(held: Held) -> Act:
    user = make_user(Role.COORDINATOR, held.offering)
    return Act(why=WHY, uid=uuid4().hex, user=user, now=EVENING)


def statement() -> CreditStatement:
    return db.session.scalars(sa.select(CreditStatement)).one()


@plants("credit statements rest on their basis")
def a_statement_with_an_empty_basis(_held: Held) -> None:
    statement().basis = []


@plants("credit statements rest on their basis")
def a_statement_that_rests_on_a_scan_nobody_made(_held: Held) -> None:
    row = statement()
    row.basis = [{**part, "source": "scan:nobody"} for part in row.basis]


@plants("credit statements rest on their basis")
def a_statement_that_outlived_its_basis(held: Held) -> None:
    cleo, first = statement().enrollment, held.segments[0]
    voids.void_attendance(cleo, first, act=act_in(held))
    run("UPDATE credit_statements SET revoked_at = NULL, revoked_cause = NULL")


@plants("one live credit statement per jurisdiction")
def a_second_live_statement(_held: Held) -> None:
    forget_constraints("credit_statements", "uq_credit_statements_live")
    copy_row("credit_statements", "id", statement().id, id=999_999, serial="another")


@plants("one live credit statement per jurisdiction")
def a_statements_serial_used_again(_held: Held) -> None:
    forget_constraints("credit_statements", "uq_credit_statements_serial")
    copy_row(
        "credit_statements",
        "id",
        statement().id,
        id=999_999,
        revoked_at=NOBODYS,
        revoked_cause="decision",
    )


@plants("receipts equal answers")
def a_lost_answer(_held: Held) -> None:
    run(
        "DELETE FROM sealed_responses WHERE random_id = "
        "(SELECT min(random_id) FROM sealed_responses)"
    )


@plants("receipts equal answers")
def an_answer_that_nobody_gave(held: Held) -> None:
    batch = batches.get_batch(held.offering)
    copy_row("sealed_responses", "batch_id", batch.id, random_id=bytes(range(16)))


@plants("receipts equal answers")
def an_answer_in_another_offering(_held: Held) -> None:
    batches.open_batch(make_offering(), links.settings().evaluation_keys)
    run(
        "UPDATE sealed_responses SET batch_id = (SELECT max(id) FROM response_batches)"
        " WHERE random_id = (SELECT min(random_id) FROM sealed_responses)"
    )


@plants("receipts equal answers")
def a_closed_batch_that_still_has_sealed_answers(held: Held) -> None:
    batch = batches.get_batch(held.offering)
    batch.closed_at, batch.response_count = EVENING, 2
    mixing.destroy_keys()


@plants("answers are of one length")
def an_answer_that_was_not_padded(_held: Held) -> None:
    run("UPDATE sealed_responses SET sealed = :short", short=bytes(100))


@plants("keys of answers in place")
def a_lost_key(held: Held) -> None:
    sealing.destroy_key(links.settings().evaluation_keys, held.offering.code)


@plants("keys of answers in place")
def a_key_of_another_pair(held: Held) -> None:
    a_lost_key(held)
    sealing.new_keypair(links.settings().evaluation_keys, held.offering.code)


@plants("keys of answers in place")
def a_key_that_was_not_destroyed(held: Held) -> None:
    mixing.close(batches.get_batch(held.offering), actor=CLI, now=EVENING)


@plants("nothing released of fewer than five")
def a_release_of_two(held: Held) -> None:
    batch = batches.get_batch(held.offering)
    mixing.close(batch, actor=CLI, now=EVENING)
    mixing.destroy_keys()
    batch.is_released = True
    for number in range(2):
        db.session.add(
            Response(
                random_id=bytes([number] * 16),
                batch_id=batch.id,
                form_version=1,
                answers={},
            )
        )


@plants("audit log whole")
def a_lost_entry(held: Held) -> None:
    run("DELETE FROM audit_entries WHERE chain = :code", code=held.offering.code)


@plants("audit log whole")
def a_lost_chain(held: Held) -> None:
    a_lost_entry(held)
    run("DELETE FROM audit_heads WHERE chain = :code", code=held.offering.code)


@plants("offerings have counters")
def a_lost_counter(held: Held) -> None:
    run("DELETE FROM offering_counters WHERE offering_id = :id", id=held.offering.id)


@plants("seats within capacity")
def a_seat_taken_beyond_the_capacity(held: Held) -> None:
    run("UPDATE offerings SET capacity = 2 WHERE id = :id", id=held.offering.id)


@plants("seats within capacity")
def a_seat_held_beyond_the_capacity(held: Held) -> None:
    make_application(offering=held.offering)
    run("UPDATE offerings SET capacity = 3 WHERE id = :id", id=held.offering.id)
    run("UPDATE applications SET status = 'accepted'")


@pytest.fixture
def held(app):
    held = hold_offering()
    state_credit(held)
    return held


def failing() -> list[str]:
    db.session.flush()
    db.session.expire_all()
    return [check.name for check in doctor.run_checks() if not check.ok]


def test_a_sound_database_passes_and_every_check_has_looked_at_something(held):
    checks = doctor.run_checks()

    assert [check.name for check in checks if not check.ok] == []
    assert [check.name for check in checks if check.checked == 0] == []


def test_every_check_has_a_planted_violation():
    assert PLANTS.keys() == doctor.CHECKS.keys()


@pytest.mark.parametrize(
    ("check", "plant"),
    [
        pytest.param(check, plant, id=plant.__name__)
        for check, several in PLANTS.items()
        for plant in several
    ],
)
def test_a_planted_violation_fails_its_check_and_no_other(held, check, plant):
    plant(held)

    assert failing() == [check]


@pytest.mark.parametrize(("capacity", "admission"), [(2, {"overbooking": 1}), (0, {})])
def test_overbooked_seats_are_within_capacity_and_without_a_limit_all_are(
    held, capacity, admission
):
    held.offering.capacity, held.offering.admission = capacity, admission

    assert failing() == []


def test_an_empty_database_is_sound(app):
    assert [check.broken for check in doctor.run_checks()] == [0] * len(doctor.CHECKS)
