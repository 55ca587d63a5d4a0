"""Wall times where clocks are put forward and back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.local_times import (
    TwiceError,
    WallTime,
    Which,
    choices_at,
    find_zone,
    read_day,
    read_moment,
    resolve,
    write_moment,
    write_wall_time,
)

ZONES = ["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - made aware below


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_written_moment_is_read_back_whatever_the_clocks_do(moment, name):
    zone = ZoneInfo(name)
    aware = moment.replace(microsecond=0, tzinfo=UTC)

    assert read_moment(write_moment(aware, zone), zone) == aware


def test_a_wall_time_is_the_moment_of_its_place():
    zone = ZoneInfo("America/Chicago")

    assert read_moment("2017-04-18 08:30", zone) == datetime(
        2017, 4, 18, 13, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2017-03-12 02:30", "does not exist"),
        ("2017-11-05 01:30", "write 2017-11-05 01:30-05:00 or 2017-11-05 01:30-06:00"),
        ("2017-11-05 01:30-07:00", "the offset in America/Chicago is -05:00 then"),
        ("2017-04-31 08:30", "is not a time of the calendar"),
        ("2017-04-18 24:00", "is not a time of the calendar"),
        ("9999-12-31 23:59", "must be a time such as"),
        ("2017-04-18", "must be a time such as"),
        ("\uff12017-04-18 08:30", "must be a time such as"),
        ("", "must be a time such as"),
    ],
)
def test_a_time_that_means_nothing_is_explained(text, reason):
    with pytest.raises(ValueError, match=reason):
        read_moment(text, ZoneInfo("America/Chicago"))


@pytest.mark.parametrize("text", ["20170418", "2017-W16-2", "2017-4-18", "18.04.2017"])
def test_a_day_has_one_way_to_be_written(text):
    with pytest.raises(ValueError, match="must be a day such as 2017-04-18"):
        read_day(text)


def test_a_zone_that_is_none_is_not_found():
    assert find_zone("../etc/passwd") is None
    assert find_zone("Omaha") is None


# Times typed into a form: (zone, what is typed, what the sentence must say).

SKIPPED = [
    ("America/Chicago", "2027-03-14T02:30", "from 02:00 to 03:00"),
    ("America/Chicago", "2027-03-14T02:00", "from 02:00 to 03:00"),
    ("America/Chicago", "2027-03-14T02:59:59", "from 02:00 to 03:00"),
    ("Europe/Berlin", "2027-03-28T02:30", "from 02:00 to 03:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "from 02:00 to 02:30"),
    ("Africa/Cairo", "2026-04-24T00:30", "from 00:00 to 01:00"),
]
TWICE = [
    ("America/Chicago", "2026-11-01T01:30", (6, 30), (7, 30)),
    ("Europe/Berlin", "2026-10-25T02:30", (0, 30), (1, 30)),
    ("Australia/Lord_Howe", "2026-04-05T01:45", (14, 45), (15, 15)),
]
PLAIN = [
    ("America/Chicago", "2027-03-14T01:59", (7, 59)),
    ("America/Chicago", "2027-03-14T03:00", (8, 0)),
    ("America/Chicago", "2026-11-01T02:00", (8, 0)),
    ("Europe/Berlin", "2027-03-28T03:00", (1, 0)),
    ("Australia/Lord_Howe", "2026-10-04T02:30", (15, 30)),
    ("Australia/Lord_Howe", "2026-04-05T01:29", (14, 29)),
    ("Asia/Kolkata", "2027-03-28T02:30", (21, 0)),
    ("Asia/Kolkata", "2026-10-25T02:30", (21, 0)),
]


@pytest.mark.parametrize(("zone", "text", "said"), SKIPPED)
def test_a_skipped_time_is_refused_with_the_reason_and_what_to_enter(zone, text, said):
    with pytest.raises(ValueError, match="does not exist") as caught:
        resolve(WallTime(text), ZoneInfo(zone))

    ends = said.rpartition(" ")[2]
    assert f"the clocks are put forward {said} then" in str(caught.value)
    assert str(caught.value).endswith(f"or {ends} or later")


@pytest.mark.parametrize(("zone", "text", "first", "second"), TWICE)
def test_a_time_that_comes_twice_is_asked_and_then_taken(zone, text, first, second):
    place = ZoneInfo(zone)
    with pytest.raises(TwiceError, match="comes twice that night") as caught:
        resolve(WallTime(text), place)

    assert list(caught.value.choices) == [Which.FIRST, Which.SECOND]
    found = [resolve(WallTime(text, each), place) for each in Which]
    assert [(each.hour, each.minute) for each in found] == [first, second]
    assert [write_wall_time(each, place) for each in found] == [
        WallTime(text, each) for each in Which
    ]


def test_the_two_times_are_told_apart_by_the_name_of_the_clock():
    chicago = ZoneInfo("America/Chicago")

    assert choices_at(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), chicago) == {
        Which.FIRST: "the first 01:30, CDT (UTC-05:00)",
        Which.SECOND: "the second 01:30, CST (UTC-06:00)",
    }


@pytest.mark.parametrize(("zone", "text", "clock"), PLAIN)
def test_a_plain_time_needs_no_choice_and_ignores_one(zone, text, clock):
    for which in (None, Which.SECOND):
        found = resolve(WallTime(text, which), ZoneInfo(zone))
        assert (found.hour, found.minute) == clock


@given(MOMENTS, st.sampled_from([*ZONES, "Asia/Kolkata", "America/St_Johns"]))
def test_what_a_field_shows_is_taken_back_as_the_same_moment(moment, name):
    zone = ZoneInfo(name)
    aware = moment.replace(microsecond=0, tzinfo=UTC)

    assert resolve(write_wall_time(aware, zone), zone) == aware


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-01", "2026-11-01T25:00", "2026-11-01T01:30:61", "\0"]
)
def test_what_is_no_time_is_never_asked_about(text):
    with pytest.raises(ValueError, match=r"must be a time|not a time"):
        resolve(WallTime(text, Which.FIRST), ZoneInfo("America/Chicago"))
