"""Wall times where clocks are put forward and back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.local_times import find_zone, read_day, read_moment, write_moment

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
