"""The door without a network: nothing is lost, nothing counts twice, nobody waits."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser import weather
from tests.browser.pages import PageErrors
from tests.browser.venue import Door, Venue, open_venue
from tests.conftest import ENGINES

FIFTY = 50
NETWORK = "ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_NETWORK"

OpenDoor = Callable[..., Door]


@pytest.fixture
def open_door(
    playwright: Playwright, tmp_path: Path, page_errors: PageErrors
) -> Iterator[OpenDoor]:
    """A function that starts a phone with an empty disk; each has its own."""
    page_errors.allow("AudioContext")  # nobody has touched the screen yet
    with contextlib.ExitStack() as stack:

        def start(name: str = "phone", **options: Any) -> Door:
            door = Door(playwright, tmp_path / name, page_errors, **options)
            door.open()
            stack.callback(door.close)
            return door

        yield start


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Venue]:
    with open_venue("postgresql", tmp_path) as venue:
        yield venue


def restart(door: Door) -> None:
    """Take the battery out, and start the phone again."""
    door.kill()
    door.open()


def expect_everybody_in_once(venue: Venue, count: int) -> None:
    assert venue.outcomes() == [("accepted", None)] * count
    assert {times for times, _ in venue.attendance().values()} == {1}
    assert venue.attendance().keys() == venue.passes.keys()
    venue.check()


@pytest.mark.parametrize("engine", ENGINES)
def test_fifty_scans_without_a_network_survive_a_killed_browser(
    engine, tmp_path, open_door
):
    with open_venue(engine, tmp_path, FIFTY) as venue:
        door = open_door()
        door.pair(venue)

        door.offline()
        door.scan(*venue.passes.values())
        expect(door.page.locator("[data-band]")).to_contain_text("50 scans saved")
        restart(door)
        door.offline()
        door.start(venue)
        assert door.count() == FIFTY
        assert venue.outcomes() == []

        door.online()
        door.wait_until_sent()
        expect_everybody_in_once(venue, FIFTY)
        expect(door.page.locator("[data-band]")).to_be_hidden(timeout=15_000)


def test_fifty_scans_survive_a_stopped_server(tmp_path, open_door, page_errors):
    page_errors.allow(NETWORK)
    with open_venue("postgresql", tmp_path, FIFTY) as venue:
        door = open_door()
        door.pair(venue)

        venue.stop()
        door.scan(*venue.passes.values())
        restart(door)
        door.start(venue)
        assert door.count() == FIFTY

        venue.start()
        door.wait_until_sent()
        expect_everybody_in_once(venue, FIFTY)


def test_fifty_scans_whose_answers_are_lost_after_the_commit_count_once(
    tmp_path, open_door, page_errors
):
    page_errors.allow(NETWORK)
    with open_venue("postgresql", tmp_path, FIFTY) as venue:
        door = open_door()
        door.pair(venue)

        venue.network.weather = weather.lost_answers
        door.scan(*venue.passes.values())
        expect(door.page.locator("[data-band]")).to_contain_text("not sent yet")
        restart(door)
        door.start(venue)
        assert door.count() == FIFTY
        assert len(venue.scans()) > 0  # some were committed, and the door cannot know

        venue.network.weather = weather.fine
        door.wait_until_sent()
        expect_everybody_in_once(venue, FIFTY)


def test_fifty_scans_survive_the_page_of_a_hotels_network(
    tmp_path, open_door, page_errors
):
    page_errors.allow(NETWORK)
    # The browser will not take the hotel's page for a newer worker, and says so.
    page_errors.allow("unsupported MIME type|ServiceWorker")
    with open_venue("postgresql", tmp_path, FIFTY) as venue:
        door = open_door()
        door.pair(venue)

        venue.network.weather = weather.portal
        door.scan(*venue.passes.values())
        restart(door)
        door.start(venue)
        assert door.count() == FIFTY
        assert venue.scans() == []

        venue.network.weather = weather.fine
        door.wait_until_sent()
        expect_everybody_in_once(venue, FIFTY)


REFUSALS = {
    "401 of a hotel": weather.refusing("401 Unauthorized"),
    "403 of a hotel": weather.refusing("403 Forbidden"),
    "413": weather.refusing("413 Content Too Large"),
    "429": weather.refusing("429 Too Many Requests", ("Retry-After", "3")),
    "503": weather.refusing("503 Service Unavailable"),
    "a redirect": weather.refusing("302 Found", ("Location", "/elsewhere")),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_no_refusal_on_the_way_empties_the_queue(
    refusal, venue, open_door, page_errors
):
    page_errors.allow("status of|ERR_FAILED|ERR_UNEXPECTED")
    door = open_door()
    door.pair(venue)

    venue.network.weather = REFUSALS[refusal]
    door.scan(*venue.passes.values())
    door.page.evaluate("dispatchEvent(new Event('online'))")
    door.page.wait_for_timeout(1500)
    assert door.count() == len(venue.passes)

    venue.network.weather = weather.fine
    door.wait_until_sent()
    expect_everybody_in_once(venue, len(venue.passes))


def test_a_server_that_asks_to_be_left_alone_is(venue, open_door, page_errors):
    page_errors.allow("status of 429")
    door = open_door()
    door.pair(venue)
    busy = weather.refusing("429 Too Many Requests", ("Retry-After", "60"))

    venue.network.weather = busy
    door.scan(*list(venue.passes.values())[:1])
    door.page.wait_for_timeout(2500)
    venue.network.asked.clear()
    for _ in range(3):
        door.page.evaluate("dispatchEvent(new Event('online'))")
        door.page.wait_for_timeout(300)

    assert [each for each in venue.network.asked if each.endswith("/scans")] == []


def test_what_a_revoked_device_hands_in_is_held(venue, open_door, page_errors):
    page_errors.allow("status of 401")
    door = open_door()
    door.pair(venue)
    door.offline()
    door.scan(*venue.passes.values())
    venue.revoke_devices()

    door.online()
    title = door.page.locator("[data-closed-title]")
    expect(title).to_have_text("This device is no longer paired", timeout=15_000)
    door.wait_until_sent()

    assert venue.outcomes() == [("held", "device_revoked")] * len(venue.passes)
    assert venue.attendance() == {}
    venue.check()


def test_a_device_that_nobody_knows_keeps_what_it_has(venue, open_door, page_errors):
    page_errors.allow("status of 401")
    door = open_door()
    door.pair(venue)
    door.offline()
    door.scan(*venue.passes.values())
    forget = "import('/static/js/door/store.js').then((s) => s.set({token: 'mdev_x'}))"
    door.page.evaluate(forget)
    door.close()
    door.open()
    door.start(venue)

    waiting = door.page.locator("[data-closed-waiting]")
    expect(waiting).to_contain_text("8 scans are saved on this device, not sent")
    expect(door.page.locator("[data-closed-save]")).to_be_visible()
    assert door.count() == len(venue.passes)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_offline_doors_give_the_same_attendance_in_either_order(
    order, venue, open_door
):
    doors = [open_door("first"), open_door("second")]
    for door in doors:
        door.pair(venue)
        door.offline()
    names = list(venue.passes)
    doors[0].scan(*[venue.passes[name] for name in names[:6]])
    doors[1].scan(*[venue.passes[name] for name in reversed(names[2:])])

    for place in order:
        doors[place].online()
        doors[place].wait_until_sent()

    earliest: dict[int | None, datetime] = {}
    for scan in venue.scans():
        at = earliest.get(scan.enrollment_id, scan.scanned_at)
        earliest[scan.enrollment_id] = min(at, scan.scanned_at)
    assert len(venue.scans()) == 12
    assert [times for times, _ in venue.attendance().values()].count(2) == 4
    assert {at for _, at in venue.attendance().values()} == set(earliest.values())
    assert sorted(venue.attendance()) == sorted(names)
    venue.check()


def test_two_tabs_of_one_door_lose_and_double_nothing(venue, open_door):
    door = open_door()
    door.pair(venue)
    other = door.context.new_page()
    other.goto(f"{venue.address}/scan")
    passes = list(venue.passes.values())
    door.offline()
    for number, pass_text in enumerate(passes):
        page = (door.page, other)[number % 2]
        page.bring_to_front()
        page.keyboard.type(pass_text)
        expect(page.locator("[data-flood-title]")).to_have_text("Welcome")
    venue.network.asked.clear()

    door.online()
    door.wait_until_sent()
    door.page.wait_for_timeout(500)

    expect_everybody_in_once(venue, len(passes))
    sent = [each for each in venue.network.asked if each.endswith("/scans")]
    assert len(sent) == 1  # one tab sent all of it, the other nothing
