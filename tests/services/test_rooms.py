"""The room's screen and grants as services, at the edges of time and of keys."""

from datetime import timedelta

import pytest

from tests.factories import NINE_AM, make_day, make_enrollment, make_offering, make_pass
from tracker.domain.scans import Outcome, Reason
from tracker.errors import GoneError, NotFoundError
from tracker.services import room_entries, room_grants, room_scans, rooms, schedules
from tracker.services.room_grants import Grant
from tracker.services.rooms import Phase

INSTANT = timedelta(microseconds=1)
TEN = timedelta(minutes=10)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def ada(offering):
    enrollment = make_enrollment(offering=offering)
    make_pass(enrollment)
    return enrollment


def test_a_segments_phases_change_at_the_edges_of_its_window(offering):
    opens_at, closes_at = (NINE_AM + timedelta(minutes=m) for m in (-60, 90))

    phases = [
        rooms.get_room(offering, 1, now=now).phase
        for now in (opens_at - INSTANT, opens_at, closes_at - INSTANT, closes_at)
    ]

    assert phases == [Phase.TO_COME, Phase.OPEN, Phase.OPEN, Phase.OVER]


@pytest.mark.parametrize("minutes", [-61, 90])
def test_no_code_is_made_for_a_segment_that_takes_nobody(offering, minutes):
    showing = rooms.show(offering, 1, now=NINE_AM + timedelta(minutes=minutes))

    assert (showing.code, showing.short_code) == (None, None)


def test_only_open_segments_are_listed_as_open(offering):
    schedule = schedules.schedule_of(offering)

    open_now = rooms.list_open(schedule, now=NINE_AM + timedelta(minutes=100))

    assert [room.segment.number for room in open_now] == [2]


def test_two_offerings_show_different_codes_in_the_same_step(offering):
    other = make_offering(key=bytes(32))
    make_day(other)

    ours, theirs = (rooms.show(each, 1, now=NINE_AM) for each in (offering, other))

    assert ours.code != theirs.code
    assert ours.short_code != theirs.short_code


def test_a_grant_lasts_ten_minutes_and_not_an_instant_longer(offering):
    grant = Grant(offering.segments[0].id, NINE_AM)
    text = room_grants.sign(grant)

    assert room_grants.read(text, now=NINE_AM) == grant
    assert room_grants.read(text, now=NINE_AM + TEN - INSTANT) == grant
    for now in (NINE_AM + TEN, NINE_AM - INSTANT):
        with pytest.raises(GoneError, match="Look at the screen again"):
            room_grants.read(text, now=now)


def test_a_grant_changed_in_any_place_is_none(offering):
    text = room_grants.sign(Grant(offering.segments[0].id, NINE_AM))

    for place, symbol in enumerate(text):
        changed = text[:place] + ("A" if symbol != "A" else "B") + text[place + 1 :]
        try:
            found = room_grants.read(changed, now=NINE_AM)
        except GoneError:
            continue
        # The last symbol of base64 has bits that say nothing.
        assert (place, found) == (len(text) - 1, room_grants.read(text, now=NINE_AM))


def test_a_code_is_exchanged_for_its_own_segment_only(offering):
    code = rooms.show(offering, 1, now=NINE_AM).code
    assert code

    grant = room_entries.exchange(code, now=NINE_AM)

    assert grant == Grant(offering.segments[0].id, NINE_AM)


def test_a_person_of_another_offering_has_no_enrollment_by_a_grant(offering):
    stranger = make_enrollment()

    with pytest.raises(NotFoundError):
        room_entries.get_enrollment(
            stranger.person, Grant(offering.segments[0].id, NINE_AM)
        )


def test_a_segment_cancelled_meanwhile_holds_the_check_in(offering, ada):
    segment = offering.segments[0]
    check_in = room_entries.enter(ada, Grant(segment.id, NINE_AM), "phone")
    segment.cancelled_at = NINE_AM - timedelta(minutes=1)
    schedules.raise_schedule_version(offering.id)
    schedules.cached_schedule.cache_clear()

    answer = room_scans.record(check_in, now=NINE_AM + TEN)

    assert (answer.outcome, answer.reason) == (Outcome.HELD, Reason.SEGMENT_CHANGED)


def test_the_same_grant_and_person_make_the_same_scan(offering, ada):
    bob = make_enrollment(offering=offering)
    make_pass(bob)
    grant = Grant(offering.segments[0].id, NINE_AM)

    scans = [
        room_entries.enter(who, grant, phone).scan.uid
        for who, phone in ((ada, "one"), (ada, "two"), (bob, "three"))
    ]

    assert scans[0] == scans[1] != scans[2]
