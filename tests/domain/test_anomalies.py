"""What looks odd in scans and corrections."""

from datetime import timedelta

import pytest

from tests.domain.test_attendance import segment
from tests.factories import NINE_AM
from tracker.domain.anomalies import Oddity, find_anomalies, length
from tracker.domain.scans import Direction, Reason
from tracker.domain.schedule import Schedule
from tracker.domain.sightings import ByHand, Sighting, Source

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HALL = Source("door1", "Door 1", "Hall")
BACK = Source("door2", "Door 2", "Hall")
ROOM = Source("door3", "Door 3", "Room B")
# Segments 1 and 2 are held at the same time, 3 after them.
SCHEDULE = Schedule((segment(1), segment(2), segment(3, NINE_AM + timedelta(hours=2))))


def seen(uid="a", at=NINE_AM, **fields):
    defaults = {
        "enrollment": 7,
        "segment": 1,
        "source": HALL,
        "direction": Direction.IN,
        "clock_error": timedelta(0),
        "counts": fields.get("reason") is None,
        "reason": None,
    }
    return Sighting(uid=uid, at=at, **{**defaults, **fields})


def found(*sightings, by_hand=(), in_counts=None):
    return find_anomalies(SCHEDULE, sightings, by_hand, in_counts or {})


def keys(*sightings, **rest):
    return [each.key for each in found(*sightings, **rest)]


def test_nothing_is_odd_about_one_scan_at_each_segment():
    usual = [
        seen("a"),
        seen("b", NINE_AM + MINUTE, enrollment=8),
        seen("c", NINE_AM + timedelta(hours=2), segment=3, source=ROOM),
    ]

    assert found(*usual) == []
    assert found() == []


def test_two_segments_at_once_are_two_rooms():
    (odd,) = found(seen("a"), seen("b", NINE_AM + 5 * MINUTE, segment=2, source=ROOM))

    assert (odd.kind, odd.key, odd.enrollments) == (
        Oddity.TWO_ROOMS,
        "two_rooms:7:1-2",
        (7,),
    )
    assert "segments 1 and 2" in odd.words


@pytest.mark.parametrize(
    "other",
    [
        {"segment": 3},
        {"segment": 2, "enrollment": 8},
        {"segment": 2, "direction": Direction.OUT},
        {"segment": 2, "reason": Reason.CLOSED},
        {"segment": 2, "enrollment": None},
    ],
)
def test_other_scans_are_not_two_rooms(other):
    assert keys(seen("a"), seen("b", NINE_AM + 5 * MINUTE, **other)) == []


@pytest.mark.parametrize(
    ("source", "seconds", "is_odd"),
    [
        (BACK, 9, True),
        (BACK, 10, False),
        (ROOM, 59, True),
        (ROOM, 60, False),
        (HALL, 1, False),
    ],
)
def test_two_doors_are_odd_where_nobody_walks_so_fast(source, seconds, is_odd):
    later = seen("b", NINE_AM + seconds * SECOND, source=source)

    assert keys(later, seen("a")) == (["two_doors:a:b"] if is_odd else [])


def test_a_shared_phone_is_said_with_its_segment():
    (odd,) = found(seen(reason=Reason.SHARED_DEVICE, source=None))

    assert odd.key == "shared_phone:a"
    assert odd.words.endswith("at segment 1.")


@pytest.mark.parametrize("minutes", [-6, 6, 180])
def test_a_clock_more_than_five_minutes_wrong_is_one_anomaly_a_day(minutes):
    error = minutes * MINUTE
    scans = [seen(uid, NINE_AM, enrollment=n, clock_error=error)
             for n, uid in enumerate("abc")]  # fmt: skip

    (odd,) = found(*scans, seen("d", NINE_AM + MINUTE, clock_error=5 * MINUTE))

    assert odd.key == "clock:door1:2026-11-03:3"
    assert "3 scans were corrected" in odd.words


def test_a_jumped_clock_and_a_device_out_of_use_are_said_per_device():
    unsure = [seen(uid, reason=Reason.CLOCK_UNSURE) for uid in "ab"]
    revoked = [seen("c", enrollment=8, reason=Reason.DEVICE_REVOKED, source=ROOM)]

    assert keys(*unsure, *revoked) == [
        "clock_unsure:door1:2026-11-03:2",
        "revoked_device:door3:1",
    ]


@pytest.mark.parametrize(
    ("count", "people", "is_odd"),
    [(9, 9, False), (10, 20, True), (10, 21, False), (30, 40, True)],
)
def test_many_check_ins_by_hand_are_ten_and_half_of_those_in(count, people, is_odd):
    by_hand = [ByHand("u1", "T. Each", 1, count, NINE_AM)]

    wanted = [f"by_hand:u1:1:{count}"] if is_odd else []
    assert keys(by_hand=by_hand, in_counts={1: people}) == wanted


def test_the_same_facts_in_any_order_have_the_same_keys():
    facts = [
        seen("a"),
        seen("b", NINE_AM + SECOND, source=BACK),
        seen("c", NINE_AM + MINUTE, segment=2),
        seen("d", reason=Reason.SHARED_DEVICE),
    ]

    assert keys(*facts) == keys(*reversed(facts))
    assert len(keys(*facts)) == 3


def test_every_key_fits_its_column():
    longest = [seen(letter * 64, NINE_AM) for letter in "ab"]
    doors = [longest[0], seen("b" * 64, NINE_AM + SECOND, source=BACK)]

    assert all(len(each) <= 200 for each in keys(*doors))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=6), "6 min"),
        (timedelta(hours=3), "3 h 0 min"),
        (timedelta(days=9, hours=3), "9 days"),
    ],
)
def test_lengths_of_time_are_written_for_people(span, words):
    assert length(span) == words
