"""Which applications a reviewer sees, in which order, and who looks like whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.admissions import Status
from tracker.domain.eligibility import About, Finding, Verdict
from tracker.domain.look_alikes import Known, Likeness, find_alike, likeness
from tracker.domain.reviewing import (
    Group,
    Line,
    Wish,
    choose,
    decided_in_order,
    neighbours,
    tally,
)

MET = Finding(About.DISCIPLINE, Verdict.MET, "")
NO_ICSTAR = Finding(About.PREREQUISITE, Verdict.UNMET, "")
FREE_MAIL = Finding(About.EMAIL, Verdict.LOOK, "")


def line(number, **fields):
    plain = Line(
        uid=f"u{number}",
        person_id=number,
        name=f"Sample {number}",
        agency="Sample Agency",
        discipline="Law enforcement",
        place="NE",
        phone="",
        status=Status.SUBMITTED,
        applied_at=datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=number),
        findings=(MET,),
    )
    return replace(plain, **fields)


LINES = (
    line(1, findings=(MET, NO_ICSTAR)),
    line(2, status=Status.ASKED, discipline="Prosecution", name="Zoë Sample"),
    line(3, status=Status.WAITLISTED, rank=2),
    line(4, status=Status.WAITLISTED, rank=1, findings=(MET, FREE_MAIL)),
    line(5, status=Status.LAPSED),
    line(6, status=Status.WITHDRAWN, agency="Élan County"),
)


def ids(wish):
    return [each.uid for each in choose(LINES, wish)]


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        (Wish(), ["u1", "u2", "u3", "u4", "u5", "u6"]),
        (Wish(Group.TO_DECIDE), ["u1", "u2"]),
        (Wish(Group.WAITLIST), ["u4", "u3"]),
        (Wish(Group.GONE), ["u5", "u6"]),
        (Wish(mark="unmet"), ["u1"]),
        (Wish(mark="prerequisite-unmet"), ["u1"]),
        (Wish(mark="email-look"), ["u4"]),
        (Wish(mark="met"), ["u2", "u3", "u5", "u6"]),
        (Wish(discipline="Prosecution"), ["u2"]),
        (Wish(search="zoe"), ["u2"]),
        (Wish(search="elan co"), ["u6"]),
        (Wish(mark="nonsense"), []),
    ],
)
def test_a_reviewer_sees_what_fits_the_wish(wish, shown):
    assert ids(wish) == shown


def test_each_filter_is_counted_as_if_the_others_stayed():
    found = tally(LINES, Wish(Group.TO_DECIDE, discipline="Law enforcement"))

    assert found.groups == {Group.TO_DECIDE: 1, Group.WAITLIST: 2, Group.GONE: 2}
    assert found.marks == {"unmet": 1, "prerequisite-unmet": 1}
    assert found.disciplines == {"Law enforcement": 1, "Prosecution": 1}
    assert found.total == 5


def test_the_next_one_is_of_those_that_fit():
    assert neighbours(LINES, Wish(), "u1") == (None, "u2")
    assert neighbours(LINES, Wish(Group.WAITLIST), "u4") == (None, "u3")
    assert neighbours(LINES, Wish(mark="met"), "u3") == ("u2", "u5")


def test_one_that_fits_no_longer_keeps_its_place():
    assert neighbours(LINES, Wish(Group.TO_DECIDE), "u3") == ("u2", None)
    assert neighbours(LINES, Wish(mark="unmet"), "u3") == ("u1", None)


def test_many_at_once_are_decided_with_the_waitlist_first():
    uids = [each.uid for each in decided_in_order(LINES[:4])]

    assert uids == ["u4", "u3", "u1", "u2"]


# Look-alikes.


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Alex Sample", "alex  sámple", Likeness.SAME_NAME),
        ("Sample, Alex", "Alex Sample", Likeness.SAME_NAME),
        ("Alexander Sample", "Aleksander Sample", Likeness.NEAR_NAME),
        ("Alex Sample", "Robin Sample", None),
        ("Li", "Lu", None),
        ("", "", None),
    ],
)
def test_names_look_alike_in_any_order_and_a_letter_or_two_apart(one, other, why):
    assert likeness(Known(1, one), Known(2, other)) == why


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("(402) 555-0123", "+1 402 555 0123", Likeness.SAME_PHONE),
        ("402 555 0123", "402 555 0124", None),
        ("0123", "0123", None),
        ("", "", None),
    ],
)
def test_the_same_telephone_number_is_known_however_written(one, other, why):
    assert likeness(Known(1, "Ada A", one), Known(2, "Björn B", other)) == why


def test_the_likeliest_stands_first():
    me = Known(1, "Alex Sample", "402 555 0123")
    others = [
        ("near", Known(2, "Alexx Sample")),
        ("nobody", Known(3, "Robin Other")),
        ("phone", Known(4, "Robin Other", "4025550123")),
        ("again", Known(1, "Alex Married")),
    ]

    assert find_alike(me, others) == [
        ("again", Likeness.SAME_PERSON),
        ("phone", Likeness.SAME_PHONE),
        ("near", Likeness.NEAR_NAME),
    ]
