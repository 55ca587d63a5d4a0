"""The audit log (I17): gapless, chained, and every tampering shows."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import NINE_AM, make_offering, make_user
from tracker.db import db, retrying
from tracker.models import AuditEntry, Offering
from tracker.services import audit
from tracker.services.audit import CLI, ChainReport, record, verify_chains

CUT = "DELETE FROM audit_entries WHERE chain = :chain AND sequence > 3"
REWOUND = """
UPDATE audit_heads
   SET sequence = 3, seal = (SELECT seal FROM audit_entries
                              WHERE chain = :chain AND sequence = 3)
 WHERE chain = :chain
"""


@pytest.fixture
def offering(app):
    return make_offering()


@pytest.fixture
def four_acts(offering):
    for number in range(1, 5):
        now = NINE_AM + timedelta(seconds=number)
        record(CLI, "segment.move", {"segment": number}, offering, now=now)
    return offering


def test_each_offering_has_a_gapless_chain_of_its_own(four_acts, session):
    other = make_offering()
    record(CLI, "token.add", {"token": "t"}, other, now=NINE_AM)
    record(CLI, "user.add", {"user": "u"}, now=NINE_AM)

    entries = session.execute(
        sa.select(AuditEntry.chain, AuditEntry.sequence).order_by(AuditEntry.id)
    )

    assert [tuple(each) for each in entries] == [
        *((four_acts.code, number) for number in (1, 2, 3, 4)),
        (other.code, 1),
        ("-", 1),
    ]


def test_an_untouched_log_is_whole(four_acts):
    record(CLI, "user.add", {"user": "u"}, now=NINE_AM)

    assert verify_chains() == [
        ChainReport("-", 1, None),
        ChainReport(four_acts.code, 4, None),
    ]


def test_who_did_what_when_and_to_what_is_kept(offering, session):
    user = make_user()

    record(
        audit.actor_of(user), "device.revoke", {"device": "d"}, offering, now=NINE_AM
    )

    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.details, entry.at) == (
        f"user:{user.public_id}",
        "device.revoke",
        {"device": "d"},
        NINE_AM,
    )


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_entries SET actor = 'x' WHERE {second}", "entry 2 was changed"),
        ("UPDATE audit_entries SET action = 'x' WHERE {second}", "entry 2 was changed"),
        (
            "UPDATE audit_entries SET details = '{{}}' WHERE {second}",
            "entry 2 was changed",
        ),
        (
            "UPDATE audit_entries SET at = '2026-11-03 15:00:01' WHERE {second}",
            "entry 2 was changed",
        ),
        (
            "UPDATE audit_entries SET seal = :zeros WHERE {second}",
            "entry 2 was changed",
        ),
        ("DELETE FROM audit_entries WHERE {second}", "entry 2 is missing"),
        (
            "DELETE FROM audit_entries WHERE chain = :chain AND sequence = 1",
            "entry 1 is missing",
        ),
        (CUT, "the chain was cut after entry 3"),
        (f"{CUT};{REWOUND}", "the end of the chain was changed"),
        ("DELETE FROM audit_heads WHERE chain = :chain", "the end of the chain is"),
        ("DELETE FROM audit_entries WHERE chain = :chain", "was cut after entry 0"),
    ],
)
def test_editing_deleting_and_cutting_are_noticed(four_acts, session, tampering, found):
    text = tampering.format(second="chain = :chain AND sequence = 2")

    for statement in text.split(";"):
        tamper(session, statement, four_acts.code)

    (report,) = verify_chains()
    assert report.broken
    assert found in report.broken


def tamper(session, statement, chain):
    wanted = sa.text(statement)
    values = {"chain": chain, "zeros": bytes(32)}
    names = wanted.compile().params
    session.execute(wanted, {name: values[name] for name in names})
    session.expire_all()


def test_reordering_is_noticed(four_acts, session):
    first, second = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.sequence.in_((2, 3)))
        .order_by(AuditEntry.sequence)
    )
    for name in ("action", "details", "actor", "at", "seal"):
        theirs, ours = getattr(first, name), getattr(second, name)
        setattr(first, name, ours)
        setattr(second, name, theirs)
    session.flush()
    session.expire_all()

    (report,) = verify_chains()

    assert report == ChainReport(four_acts.code, 1, "entry 2 was changed")


def test_an_entry_moved_to_another_chain_is_noticed(four_acts, session):
    other = make_offering()
    session.execute(
        sa.update(AuditEntry)
        .where(AuditEntry.sequence == 1)
        .values(chain=other.code, sequence=1)
    )
    session.expire_all()

    broken = {each.chain: each.broken for each in verify_chains()}

    assert broken == {
        four_acts.code: "entry 1 is missing",
        other.code: "entry 1 was changed",
    }


def test_an_entry_added_without_the_key_is_noticed(four_acts, session):
    session.add(
        AuditEntry(
            chain=four_acts.code,
            sequence=5,
            at=NINE_AM,
            actor="cli",
            action="x",
            details={},
            seal=bytes(32),
        )
    )
    session.flush()

    (report,) = verify_chains()

    assert report.broken == "entry 5 was changed"


def test_an_entry_goes_with_the_change_it_tells_of(four_acts, session):
    savepoint = session.begin_nested()
    record(CLI, "segment.move", {"segment": 5}, four_acts, now=NINE_AM)
    savepoint.rollback()
    session.expire_all()

    assert verify_chains() == [ChainReport(four_acts.code, 4, None)]


@pytest.mark.parametrize("engine", ENGINES)
def test_writers_at_once_do_not_fork_the_chain(engine, tmp_path):
    with committed_app(make_url(engine, tmp_path), tmp_path) as app:
        with app.app_context():
            code = make_offering().code
            db.session.commit()

        def write(number: int) -> None:
            with app.app_context():
                for _ in range(5):
                    retrying(lambda: act(code, number))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with app.app_context():
            assert verify_chains() == [ChainReport(code, 30, None)]


def act(code: str, number: int) -> None:
    offering = db.session.scalars(sa.select(Offering).filter_by(code=code)).one()
    record(CLI, "segment.move", {"segment": number}, offering, now=NINE_AM)
    db.session.commit()
