"""The sealed roster: useful to whoever holds a pass, noise to everybody else."""

import time
from base64 import b64decode
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_person,
    make_scan,
    make_token,
)
from tests.held import scan
from tracker import keys, roster_keys
from tracker.db import db
from tracker.domain import passes
from tracker.models import Enrollment, Pass, Person
from tracker.models.access import TokenScope
from tracker.roster_keys import derive_record_key, open_content
from tracker.services import attendance, enrollments, schedules
from tracker.services.audit import CLI


@pytest.fixture
def offering(app):
    return make_offering(code="SAMPLE-1")


@pytest.fixture
def ask(client, offering):
    """Ask for the roster as a door."""
    token = make_device(offering)
    db.session.commit()

    def ask(token=token, **headers):
        return client.get(
            f"/api/v1/offerings/{offering.code}/roster",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return ask


def opened(answer, pass_text):
    """Do what the browser does: find the pass's record, open it."""
    found = derive_record_key(pass_text)
    records = {each["id"]: each for each in answer.get_json()["records"]}
    record = records.get(found.id)
    if record is None:
        return None
    return open_content(found, b64decode(record["nonce"]), b64decode(record["sealed"]))


def test_a_pass_opens_its_own_record(ask, offering):
    first, *_ = make_day(offering)
    ada = make_enrollment(offering=offering, name="Ada Sample", agency="Sample PD")
    pass_text = make_pass(ada)
    make_scan(ada, first, at=NINE_AM - timedelta(minutes=5))
    attendance.project(ada.id, first.id)
    db.session.commit()

    assert opened(ask(), pass_text) == {
        "state": "enrolled",
        "name": "Ada Sample",
        "agency": "Sample PD",
        "in": {"1": int(NINE_AM.timestamp()) - 300},
        "done": [1],
        "required": 3,
    }


def test_what_cannot_be_scanned_for_any_more_is_not_told(ask, offering, clock):
    first, _ = make_day(offering, 2)
    ada = make_enrollment(offering=offering)
    pass_text = make_pass(ada)
    make_scan(ada, first, at=NINE_AM)
    attendance.project(ada.id, first.id)
    db.session.commit()
    clock.moment = NINE_AM + timedelta(hours=2)

    told = opened(ask(), pass_text)

    assert (told["in"], told["done"]) == ({}, [1])


def test_a_late_segment_is_known_but_not_done(ask, offering):
    (first,) = make_day(offering, 1)
    ada = make_enrollment(offering=offering)
    pass_text = make_pass(ada)
    make_scan(ada, first, at=NINE_AM + timedelta(minutes=25))
    attendance.project(ada.id, first.id)
    db.session.commit()

    told = opened(ask(), pass_text)

    assert (list(told["in"]), told["done"]) == (["1"], [])


def test_without_a_pass_nothing_is_read(ask, offering):
    people = [make_enrollment(offering=offering, name=f"Person {n}") for n in range(20)]
    for each in people:
        make_pass(each)
    db.session.commit()
    answer = ask()
    text = answer.get_data(as_text=True)
    guess = derive_record_key(passes.derive_pass(bytes(32), bytes(16)))

    assert len(answer.get_json()["records"]) == 20
    assert "Person" not in text
    for each in people:
        assert each.public_id not in text
        assert each.person.public_id not in text
    for record in answer.get_json()["records"]:
        body = b64decode(record["sealed"])
        assert b"Person" not in body
        with pytest.raises(InvalidTag):
            open_content(
                guess._replace(id=record["id"]), b64decode(record["nonce"]), body
            )


def test_neither_length_nor_order_tells_anything(ask, offering):
    names = ["Bo", "A" * 90, "Zoë", "李雷", "x" * 200]
    passes_in_order = [
        make_pass(make_enrollment(offering=offering, name=name)) for name in names
    ]
    make_pass(make_enrollment(offering=offering), revoked_at=NINE_AM)
    db.session.commit()

    records = ask().get_json()["records"]

    assert len({len(each["sealed"]) for each in records}) == 1
    ids = [each["id"] for each in records]
    assert ids == sorted(ids)
    assert sorted(ids) != [derive_record_key(each).id for each in passes_in_order]


def test_the_same_roster_is_never_sealed_twice_alike(ask, offering):
    make_pass(make_enrollment(offering=offering))
    db.session.commit()

    (first,), (second,) = (ask().get_json()["records"] for _ in range(2))

    assert first["id"] == second["id"]
    assert first["nonce"] != second["nonce"]
    assert first["sealed"] != second["sealed"]


def test_a_replaced_pass_says_that_it_was_and_no_more(ask, offering):
    ada = make_enrollment(offering=offering, name="Ada Sample")
    old = make_pass(ada)
    new = enrollments.replace_pass(ada, actor=CLI, now=NINE_AM)
    db.session.commit()
    answer = ask()

    assert opened(answer, old) == {"state": "revoked"}
    assert opened(answer, enrollments.pass_text(new))["name"] == "Ada Sample"


def test_a_withdrawn_person_and_a_spare_badge_say_so(ask, offering):
    gone = make_pass(make_enrollment(offering=offering, withdrawn_at=NINE_AM))
    secret_id = bytes(16)
    spare = passes.derive_pass(offering.key, secret_id)
    db.session.add(
        Pass(
            offering_id=offering.id,
            secret_id=secret_id,
            fingerprint=keys.ring().digest("pass", spare),
            spare_number=7,
            created_at=LONG_AGO,
        )
    )
    db.session.commit()
    answer = ask()

    assert opened(answer, gone)["state"] == "withdrawn"
    assert opened(answer, spare) == {"state": "spare", "spare": 7}


def test_another_offerings_pass_has_no_record(ask, offering):
    make_pass(make_enrollment(offering=offering))
    other = make_pass(make_enrollment(offering=make_offering(key=bytes(32))))
    db.session.commit()

    answer = ask()

    assert len(answer.get_json()["records"]) == 1
    assert opened(answer, other) is None


def test_an_unchanged_roster_answers_304_and_a_scan_changes_it(ask, offering):
    first, *_ = make_day(offering)
    pass_text = make_pass(make_enrollment(offering=offering))
    db.session.commit()
    etag = ask().headers["ETag"]

    unchanged = ask(**{"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.data) == (304, b"")

    scan(make_device(offering), first, pass_text)
    changed = ask(**{"If-None-Match": etag})
    assert changed.status_code == 200
    assert list(opened(changed, pass_text)["in"]) == ["1"]


def test_time_alone_changes_the_roster_when_a_segment_ends(ask, offering, clock):
    make_day(offering)
    db.session.commit()
    etag = ask().headers["ETag"]
    clock.moment = NINE_AM + timedelta(minutes=90)

    assert ask(**{"If-None-Match": etag}).status_code == 200


def test_only_a_door_reads_it(ask, offering, client):
    reader = make_token(offering, TokenScope.READ)
    revoked = make_device(offering, revoked_at=LONG_AGO)
    stranger = make_device(make_offering())
    db.session.commit()

    assert [ask(token).status_code for token in (reader, revoked, stranger, "x")] == [
        403,
        401,
        404,
        401,
    ]


def test_it_is_kept_by_no_cache_on_the_way(ask):
    assert ask().headers["Cache-Control"] == "no-store"


def fill(offering, count):
    """Enroll many people without asking each time."""
    person, enrollment = make_person(), make_enrollment(offering=offering)
    people = [
        {
            "email": f"p{n}@example.org",
            "email_digest": n.to_bytes(32),
            "name": f"Person {n}",
            "agency": person.agency,
            "created_at": LONG_AGO,
            "public_id": f"{n:016x}",
        }
        for n in range(count)
    ]
    ids = db.session.scalars(sa.insert(Person).returning(Person.id), people).all()
    seats = db.session.scalars(
        sa.insert(Enrollment).returning(Enrollment.id),
        [
            {
                "offering_id": offering.id,
                "person_id": each,
                "kind": enrollment.kind,
                "badge_name": "",
                "created_at": LONG_AGO,
                "public_id": f"e{each:015x}",
            }
            for each in ids
        ],
    ).all()
    db.session.execute(
        sa.insert(Pass),
        [
            {
                "offering_id": offering.id,
                "enrollment_id": each,
                "secret_id": each.to_bytes(16),
                "fingerprint": each.to_bytes(32),
                "created_at": LONG_AGO,
            }
            for each in seats
        ],
    )


def test_two_thousand_people_are_sealed_in_a_moment(ask, offering):
    make_day(offering)
    fill(offering, 2_000)
    db.session.commit()

    began = time.perf_counter()
    answer = ask(**{"Accept-Encoding": "gzip"})
    took = time.perf_counter() - began

    assert answer.headers["Content-Encoding"] == "gzip"
    assert took < 3  # about a quarter of a second on an idle core
    schedules.raise_version(offering.id)
    db.session.commit()
    assert len(ask().get_json()["records"]) == 2_000


def test_every_kind_of_key_information_is_the_one_used(ask, offering):
    assert ask().get_json() == {"key_info": dict(roster_keys.KEY_INFO), "records": []}
