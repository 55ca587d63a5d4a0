"""Searching a name at the door and checking in by hand, as the scanner's page does."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
    make_segment,
    make_user,
    sign_in,
)
from tests.views.desk import actions, at, scan
from tracker.db import db
from tracker.models import Attendance, AuditEntry, Correction
from tracker.models.staff import Role
from tracker.services import doctor


@pytest.fixture
def page(offering):
    return at(offering, "/door")


@pytest.fixture
def door_user(offering):
    return make_user(Role.DOOR, offering, name="Dora Door")


class Page:
    """The scanner's page in a browser where somebody is signed in."""

    def __init__(self, client, page):
        self.client, self.page = client, page

    def token(self):
        return self.client.get(f"{self.page}/session").json["csrf_token"]

    def post(self, path, body, token=None):
        return self.client.post(
            f"{self.page}/{path}",
            json=body,
            headers={
                "Accept": "application/json",
                "X-CSRFToken": self.token() if token is None else token,
            },
        )

    def search(self, text):
        return self.post("search", {"text": text})

    def names(self, text):
        return [each["name"] for each in self.search(text).json["people"]]

    def check_in(self, person, segment=1, **fields):
        body = {
            "enrollment": person.public_id,
            "segment": segment,
            "uid": str(uuid4()),
            "chip": "badge_forgotten",
        }
        return self.post("check-in", {**body, **fields})


@pytest.fixture
def door(staff, door_user, page):
    return Page(staff(user=door_user), page)


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


# Taking a check-in back.


def undo(door, answer):
    return door.post("undo", {"uid": answer.json["id"]})


def test_a_check_in_by_hand_is_taken_back_within_a_minute(door, ada, clock, session):
    made = door.check_in(ada)
    clock.moment += timedelta(seconds=60)

    answers = [undo(door, made) for _ in range(2)]

    assert [each.json["outcome"] for each in answers] == ["undone", "undone"]
    assert session.scalars(sa.select(Attendance.first_in)).all() in ([], [None])
    assert count(session, Correction) == 2
    assert all(check.ok for check in doctor.run_checks())


def test_after_a_minute_a_check_in_by_hand_stands(door, ada, clock, session):
    made = door.check_in(ada)
    clock.moment += timedelta(seconds=61)

    assert undo(door, made).status_code == 409
    assert count(session, Correction) == 1


def test_a_colleagues_check_in_is_not_ones_own_to_take_back(
    door, staff, offering, page, ada, session
):
    made = door.check_in(ada)
    other = make_user(Role.DOOR, offering, name="Otto Other")

    assert undo(Page(staff(user=other), page), made).status_code == 404
    assert undo(door, door.check_in(ada, uid=str(uuid4()))).status_code == 404
    assert door.post("undo", {"uid": "x"}).status_code == 422
    assert count(session, Correction) == 1


# Who is signed in.


def test_the_page_learns_who_is_signed_in(door):
    answer = door.client.get(f"{door.page}/session")

    assert answer.json["user"] == "Dora Door"
    assert "no-store" in answer.headers["Cache-Control"]


def test_nobody_signed_in_is_401_for_a_script(client, page, session):
    session.commit()
    headers = {"Accept": "application/json"}

    answer = client.get(f"{page}/session", headers=headers)

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["search", "check-in"])
def test_without_the_forms_token_nothing_is_found(door, ada, path):
    assert door.post(path, {"text": "ada"}, token="").status_code == 400


def test_a_devices_token_opens_nothing_here(client, page, offering, ada):
    answer = client.post(
        f"{page}/search",
        json={"text": "ada"},
        headers={"Authorization": "Bearer mdev_x", "Accept": "application/json"},
    )

    assert answer.status_code in {400, 401}


# Searching.


def test_somebody_is_found_by_three_letters(door, ada):
    assert door.search("ada").json == {
        "people": [
            {
                "enrollment": ada.public_id,
                "name": "Ada Lovelace",
                "agency": "Agency A",
            }
        ],
        "more": False,
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lov", ["Ada Lovelace"]),
        ("LOVE AD", ["Ada Lovelace"]),
        ("a l c", []),
        ("ace", []),
        ("bjo", ["Björn Ek"]),
        ("BJÖ", ["Björn Ek"]),
        ("bj e", ["Björn Ek"]),
        ("obr", ["Mia O'Brien-Lund"]),
        ("lund", ["Mia O'Brien-Lund"]),
        ("zoe", ["Zoltan Sample"]),
        ("nobody", []),
        ("%%%abc", []),
    ],
)
def test_words_beginnings_fit_in_any_order_without_case_and_accents(
    door, ada, offering, typed, found
):
    for name in ("Björn Ek", "Mia O'Brien-Lund"):
        make_enrollment(offering=offering, name=name)
    make_enrollment(offering=offering, name="Zoltan Sample", badge_name="Zoe")

    assert door.names(typed) == found


@pytest.mark.parametrize("typed", ["", "ad", "a d", "  ", "--'", "\u0301\u0301\u0301"])
def test_fewer_than_three_letters_find_nobody(door, ada, typed):
    answer = door.search(typed)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == ["/text"]


def test_too_long_a_text_is_refused(door, ada):
    assert door.search("ada " * 26).status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"text": 7}, {"text": None}, [], {"text": "ada", "all": True}]
)
def test_what_cannot_be_read_is_refused(door, ada, body):
    assert door.post("search", body).status_code == 422


def test_ten_at_most_are_told(door, offering):
    for number in range(12):
        make_enrollment(offering=offering, name=f"Sample {number:02}")

    answer = door.search("sample").json

    names = [each["name"] for each in answer["people"]]
    assert names == [f"Sample {number:02}" for number in range(10)]
    assert answer["more"] is True


def test_who_has_withdrawn_or_is_elsewhere_is_not_found(door, offering):
    make_enrollment(offering=offering, name="Gone Sample", withdrawn_at=NINE_AM)
    make_enrollment(offering=make_offering(), name="Else Sample")

    assert door.names("sample") == []


def test_a_search_is_logged_with_counts_only(door, ada, session, offering):
    door.search("ada l")

    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.chain == offering.code)
    ).one()
    assert (entry.action, entry.details) == ("door.search", {"letters": 4, "found": 1})


def test_searches_are_limited_per_user_whatever_the_answer(
    door, staff, page, ada, clock
):
    answers = [door.search("xyz").status_code for _ in range(31)]
    slowed = door.search("ada")

    assert answers == [200] * 30 + [429]
    assert int(slowed.headers["Retry-After"]) >= 1
    assert Page(staff(Role.DOOR), page).search("ada").status_code == 200
    clock.moment += timedelta(seconds=3)
    assert door.search("ada").status_code == 200


def test_too_short_texts_count_against_the_limit(door, ada):
    answers = {door.search("a").status_code for _ in range(31)}

    assert answers == {422, 429}


# Checking in.


def test_a_check_in_answers_like_a_scan(door, ada, session):
    uid = str(uuid4())

    answer = door.check_in(ada, uid=uid)

    assert answer.status_code == 200
    assert answer.json == {
        "id": uid,
        "outcome": "accepted",
        "reason": None,
        "late": False,
        "first_in": "2026-11-03T09:00:00-06:00",
        "segment": 1,
        "person": {
            "enrollment": ada.public_id,
            "name": "Ada Lovelace",
            "agency": "Agency A",
        },
        "attended": 1,
        "required": 3,
    }
    assert session.scalars(sa.select(Correction)).one().public_id == uid.replace(
        "-", ""
    )
    assert all(check.ok for check in doctor.run_checks())


def test_the_same_check_in_again_is_the_same_answer(door, ada, session, clock):
    uid = str(uuid4())
    first = door.check_in(ada, uid=uid)
    clock.moment += timedelta(minutes=2)

    again = door.check_in(ada, uid=uid)

    assert again.json == first.json
    assert count(session, Correction) == 1


def test_who_is_in_already_is_a_duplicate_and_nothing_is_stored(
    door, ada, offering, session, clock
):
    scan(ada, offering.segments[0], -5)
    session.commit()

    answer = door.check_in(ada).json

    assert (answer["outcome"], answer["first_in"]) == (
        "duplicate",
        "2026-11-03T08:55:00-06:00",
    )
    assert count(session, Correction) == 0


def test_who_has_left_is_checked_in_again(door, ada, offering, session, clock):
    segment = offering.segments[0]
    scan(ada, segment)
    scan(ada, segment, 10, direction="out")
    session.commit()
    clock.moment += timedelta(minutes=20)

    answer = door.check_in(ada).json

    row = session.scalars(sa.select(Attendance)).one()
    assert answer["outcome"] == "duplicate"
    assert row.last_in == NINE_AM + timedelta(minutes=20)


def test_late_is_said(door, ada, clock):
    clock.moment += timedelta(minutes=15)

    assert door.check_in(ada).json["late"] is True


@pytest.mark.parametrize(
    ("minutes", "segment", "reason"),
    [(0, 2, "too_early"), (90, 1, "closed")],
)
def test_outside_the_window_it_is_refused_and_nothing_stored(
    door, ada, clock, minutes, segment, reason
):
    clock.moment += timedelta(minutes=minutes)

    answer = door.check_in(ada, segment)

    assert answer.status_code == 200
    assert (answer.json["outcome"], answer.json["reason"]) == ("refused", reason)
    assert count(db.session, Correction) == 0


def test_nobody_checks_themselves_in(app, offering, page, ada, session):
    own = make_user(Role.DOOR, offering, email=ada.person.email)
    client = app.test_client()
    sign_in(client, own, now=NINE_AM)
    session.commit()

    assert Page(client, page).check_in(ada).status_code == 403
    assert count(session, Correction) == 0


def test_who_has_withdrawn_is_not_checked_in(door, ada, session):
    ada.withdrawn_at = NINE_AM
    session.commit()

    assert door.check_in(ada).status_code == 409


def test_things_of_another_offering_do_not_exist_here(door, ada, session):
    other = make_offering()
    make_segment(offering=other, number=9)
    foreign = make_enrollment(offering=other)
    session.commit()

    assert door.check_in(foreign).status_code == 404
    assert door.check_in(ada, segment=9).status_code == 404
    assert count(session, Correction) == 0


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"uid": "x"}, "/uid"),
        ({"uid": None}, "/uid"),
        ({"uid": "{" + "a" * 32 + "}", "extra": 1}, "/extra"),
        ({"segment": "1"}, "/segment"),
        ({"segment": True}, "/segment"),
        ({"segment": 0}, "/segment"),
        ({"enrollment": ""}, "/enrollment"),
        ({"enrollment": 7}, "/enrollment"),
        ({"chip": "other"}, "/chip"),
        ({"chip": ["mistake"]}, "/chip"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(door, ada, session, fields, pointer):
    answer = door.check_in(ada, **fields)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
    assert count(session, Correction) == 0


def test_it_is_logged(door, ada, session, offering, door_user):
    door.check_in(ada)

    assert actions(session, offering) == ["attendance.check_in"]


def test_an_instructor_searches_on_the_board_instead(staff, page):
    assert staff(Role.INSTRUCTOR).get(f"{page}/session").status_code == 403
