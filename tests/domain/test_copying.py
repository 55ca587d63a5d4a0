"""An offering's file made into another one's, on other days."""

import pytest

from tests.definitions import make_definition
from tracker.domain.copying import copied
from tracker.services.definitions import check_definition, plain


def copy_of(starts_on, **changes):
    source = plain(check_definition(make_definition(**changes)))
    return copied(source, {"code": "COPY", "city": "Lincoln", "starts_on": starts_on})


def test_segments_keep_their_wall_times_also_over_a_change_of_clocks():
    made = copy_of("2027-07-06")

    assert made["offering"]["code"] == "COPY"
    assert [made["offering"][n] for n in ("city", "starts_on", "ends_on")] == [
        "Lincoln",
        "2027-07-06",
        "2027-07-07",
    ]
    assert [each["starts_at"] for each in made["segments"]] == [
        "2027-07-06 09:00",
        "2027-07-06 13:00",
        "2027-07-07 09:00",
    ]


def test_a_copy_is_a_draft_without_accreditations_and_cancelled_segments():
    made = copy_of("2027-07-06", segments__1__cancelled=True)

    offering = made["offering"]
    assert [each["number"] for each in made["segments"]] == [1, 3]
    assert (offering["accreditations"], offering["published"]) == ([], False)
    assert (offering["applications"], offering["cancelled"]) == (None, False)
    assert offering["policy"] == {"late_minutes": 25}
    assert [each["key"] for each in made["instructors"]] == ["ada", "bo"]


def test_the_offset_of_a_time_that_comes_twice_stays_behind():
    day = {"offering__starts_on": "2027-11-07", "offering__ends_on": "2027-11-07"}
    segment = {
        "number": 1,
        "title": "Night",
        "starts_at": "2027-11-07 01:30-06:00",
        "ends_at": "2027-11-07 04:00",
    }

    made = copy_of("2027-12-01", segments=[segment], **day)

    assert made["segments"][0]["starts_at"] == "2027-12-01 01:30"


def test_a_first_day_that_is_none_is_refused():
    with pytest.raises(ValueError, match="must be a day"):
        copy_of("soon")
