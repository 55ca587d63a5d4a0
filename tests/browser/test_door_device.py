"""The door page as the people who hold it meet it: answers, clocks, locks, kiosks."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import weather
from tests.browser.axe import axe
from tests.browser.pages import wait_js
from tests.browser.test_offline_door import open_door, venue
from tests.browser.venue import CODE, Venue
from tests.factories import NINE_AM
from tracker.domain import passes
from tracker.models.device import DeviceMode
from tracker.views import door_shell

__all__ = ["open_door", "venue"]  # fixtures, defined where they belong

FIRST, SECOND = "Quimby Sample 00", "Quimby Sample 01"
PRACTICE = passes.PRACTICE_PASS
UNKNOWN = passes.derive_pass(bytes(32), bytes(16))
NOT_SENT = "Saved on this device, not sent yet."
MINUTE = 60_000
WRONGS = """import("/static/js/door/store.js").then((store) => store.get("wrong"))"""
UPDATE = """navigator.serviceWorker.getRegistration()
  .then((registration) => registration.update()).catch(() => null)"""


def band(door):
    return door.page.locator("[data-flood-band]")


def title(door):
    return door.page.locator("[data-flood-title]")


def wrong(pass_text: str) -> str:
    """The same pass with another check symbol."""
    return pass_text[:-1] + ("0" if pass_text[-1] != "0" else "1")


def go_offline_at(door, venue: Venue, **later: int) -> None:
    """Take the network away at a moment, counted from nine."""
    venue.clock.set(NINE_AM + timedelta(**later))
    door.page.reload()
    door.wait_until_ready()
    wait_js(door.page, "import('/static/js/door/clock.js').then((c) => c.offsetMs())")
    door.page.wait_for_timeout(500)
    door.offline()


def test_without_a_network_every_kind_of_pass_has_its_answer(venue, open_door):
    door = open_door()
    door.pair(venue)
    first = venue.passes[FIRST]
    door.scan(first)
    expect(band(door)).to_be_hidden()
    go_offline_at(door, venue, minutes=-3)

    said = {}
    for name, code in {
        "known": venue.passes[SECOND],
        "in before": first,
        "wrong check symbol": wrong(venue.passes[SECOND]),
        "not known here": UNKNOWN,
        "foreign": "WIFI-SECRET-CODE",
        "practice": PRACTICE,
    }.items():
        door.page.keyboard.type(code)
        door.page.wait_for_timeout(500)
        said[name] = (*door.answer(), band(door).is_visible())

    assert said == {
        "known": ("Welcome", SECOND, True),
        "in before": ("Already in", FIRST, True),
        "wrong check symbol": ("Not on the list", "", True),
        "not known here": ("Saved", "", True),
        "foreign": ("Not a pass", "WIFI-SECRET-CODE", True),
        "practice": ("Practice", "", False),
    }
    assert door.count() == 5  # the practice pass is never kept


def test_two_scans_of_one_pass_without_a_network_are_one_person(venue, open_door):
    door = open_door()
    door.pair(venue)
    door.offline()

    door.scan(venue.passes[FIRST])
    assert door.answer() == ("Welcome", FIRST)
    door.page.wait_for_timeout(2600)  # else it is the same pass still in view
    door.scan(venue.passes[FIRST])

    assert door.answer() == ("Already in", FIRST)
    door.online()
    door.wait_until_sent()
    assert venue.outcomes() == [("accepted", None), ("duplicate", None)]


@pytest.mark.parametrize(
    ("later", "expected", "reason"),
    [
        ({"hours": -2}, "Too early", "too_early"),
        ({"hours": 9}, "Closed", "closed"),
        ({"minutes": 12}, "Welcome", None),
    ],
)
def test_without_a_network_the_time_decides_as_it_does_with_one(
    later, expected, reason, venue, open_door
):
    door = open_door()
    door.pair(venue)
    go_offline_at(door, venue, **later)

    door.scan(venue.passes[FIRST])

    assert door.answer() == (expected, FIRST)
    if expected == "Welcome":
        why = door.page.locator("[data-flood-why]")
        expect(why).to_have_text("12 minutes late, noted as late. 0 of 3 so far.")
    door.online()
    door.wait_until_sent()
    assert [each for _, each in venue.outcomes()] == [reason]


def test_a_slow_server_is_not_waited_for_and_has_the_last_word(venue, open_door):
    door = open_door()
    door.pair(venue)
    newcomer = venue.enroll("Newcomer Sample")  # after the roster was read
    venue.network.weather = weather.slow(2)

    door.page.keyboard.type(newcomer)

    expect(title(door)).to_have_text("Saved", timeout=1500)
    expect(band(door)).to_have_text(NOT_SENT)
    expect(title(door)).to_have_text("Welcome", timeout=5000)
    expect(door.page.locator("[data-flood-who]")).to_have_text("Newcomer Sample")
    expect(band(door)).to_be_hidden()


def test_an_answer_that_the_server_confirms_only_loses_its_band(venue, open_door):
    door = open_door()
    door.pair(venue)
    door.scan(venue.passes[FIRST])
    door.page.wait_for_timeout(2600)
    venue.network.weather = weather.slow(2)

    door.page.keyboard.type(venue.passes[FIRST])

    expect(band(door)).to_have_text(NOT_SENT, timeout=1500)
    expect(title(door)).to_have_text("Already in")
    expect(band(door)).to_be_hidden(timeout=5000)
    expect(title(door)).to_have_text("Already in")


def test_a_clock_that_is_hours_wrong_is_corrected(venue, open_door):
    door = open_door()
    door.context.clock.install(time=NINE_AM + timedelta(hours=3))
    door.pair(venue)
    door.offline()
    door.scan(venue.passes[FIRST])
    assert door.answer()[0] == "Welcome"
    door.close()
    door.open()
    door.context.clock.install(time=NINE_AM + timedelta(hours=3, minutes=1))
    door.offline()
    door.start(venue)
    door.scan(venue.passes[SECOND])
    assert door.answer()[0] == "Welcome"  # the offset is known from the day before

    door.online()
    door.wait_until_sent()

    assert venue.outcomes() == [("accepted", None)] * 2
    for _, first_in in venue.attendance().values():
        assert abs(first_in - NINE_AM) < timedelta(minutes=4)


def test_a_clock_that_was_set_right_while_the_door_was_shut_holds_nothing(
    venue, open_door
):
    door = open_door()
    door.context.clock.install(time=NINE_AM + timedelta(minutes=6))
    door.pair(venue)
    door.close()
    door.open()
    door.context.clock.install(time=NINE_AM)
    venue.network.weather = weather.slow(0.7, "GET")
    door.start(venue)

    door.scan(venue.passes[FIRST])

    assert door.answer() == ("Welcome", FIRST)
    door.wait_until_sent()
    assert venue.outcomes() == [("accepted", None)]


def test_a_clock_that_jumped_while_offline_holds_its_scans(venue, open_door):
    door = open_door()
    door.context.clock.install(time=NINE_AM)
    door.pair(venue)
    door.offline()
    door.scan(venue.passes[FIRST])
    door.context.clock.set_system_time(NINE_AM + timedelta(minutes=40))
    door.scan(venue.passes[SECOND])

    door.online()
    door.wait_until_sent()

    assert venue.outcomes() == [("held", "clock_unsure")] * 2
    assert venue.attendance() == {}


def test_a_written_name_waits_for_the_desk_unless_it_is_taken_back(venue, open_door):
    door = open_door()
    door.pair(venue)
    door.offline()
    door.page.get_by_role("button", name="No pass").click()
    assert axe(door.page, "dialog[open]") == []
    door.page.get_by_label("Name, as the person says it").fill("  Wanda\tWritten ")
    door.page.get_by_role("button", name="Save the name").click()

    expect(title(door)).to_have_text("Saved")
    expect(band(door)).to_have_text(NOT_SENT)
    door.page.get_by_role("button", name="Next").click()
    door.page.get_by_role("button", name="Undo").click()
    expect(door.page.locator("[data-last-who]")).to_have_text("Taken back")
    door.online()
    door.wait_until_sent()
    assert venue.count_held() == 0
    (scan,) = venue.scans()
    assert (scan.outcome, scan.reason) == ("held", "not_in_roster")
    assert scan.note == "Wanda Written"


@pytest.mark.parametrize("has_network", [True, False])
def test_the_last_scan_can_be_taken_back_for_a_minute(has_network, venue, open_door):
    door = open_door()
    door.pair(venue)
    if not has_network:
        door.offline()
    door.scan(venue.passes[FIRST])
    expect(door.page.locator("[data-flood]")).to_be_hidden()

    door.page.get_by_role("button", name="Undo").click()

    expect(door.page.locator("[data-last-who]")).to_have_text("Taken back")
    expect(door.page.get_by_role("button", name="Undo")).to_be_hidden()
    door.online()
    door.wait_until_sent()
    assert venue.outcomes() == [("accepted", None)]  # the scan stays a fact
    assert venue.attendance() == {}
    expect(door.page.locator("[data-last-who]")).to_have_text("Taken back")
    expect(door.page.get_by_role("button", name="Undo")).to_be_hidden()
    door.offline()
    door.page.wait_for_timeout(2600)
    door.scan(venue.passes[FIRST])
    assert door.answer() == ("Welcome", FIRST)


def test_another_device_hands_in_what_one_has_saved(venue, open_door, tmp_path):
    first, second = open_door("first"), open_door("second")
    first.context.clock.install(time=NINE_AM - timedelta(hours=5))
    first.pair(venue)
    second.pair(venue)
    first.offline()
    first.scan(*venue.passes.values())
    first.page.get_by_role("button", name="Menu").click()
    assert axe(first.page, "dialog[open]") == []
    with first.page.expect_download() as download:
        first.page.get_by_role("button", name="Save what is not sent").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    file = json.loads(path.read_text())
    assert (file["format"], file["offering"]) == ("muster-scans-2", CODE)
    assert len(file["scans"]) == first.count() == len(venue.passes)

    second.page.get_by_role("button", name="Menu").click()
    second.page.locator("[data-menu-file]").set_input_files(path)
    said = second.page.locator("[data-menu-said]")
    expect(said).to_have_text("8 scans handed in. Nothing is left to decide.")

    first.online()
    first.wait_until_sent()
    assert venue.outcomes() == [("accepted", None)] * len(venue.passes)
    for times, first_in in venue.attendance().values():
        assert times == 1
        assert abs(first_in - NINE_AM) < timedelta(minutes=4)
    venue.check()


def test_a_file_of_another_offering_is_refused_in_words(venue, open_door, tmp_path):
    door = open_door()
    door.pair(venue)
    path = tmp_path / "scans.json"
    path.write_text('{"format": "muster-scans-1", "offering": "OTHER", "scans": []}')
    door.page.get_by_role("button", name="Menu").click()
    door.page.locator("[data-menu-file]").set_input_files(path)

    said = door.page.locator("[data-menu-said]")
    expect(said).to_contain_text("These scans are of OTHER")


@pytest.fixture
def locked(venue, open_door):
    """A door with a scan that could not be sent, left alone for eleven minutes."""
    door = open_door()
    door.context.clock.install(time=NINE_AM)
    door.pair(venue)
    door.offline()
    door.scan(venue.passes[FIRST])
    door.page.keyboard.press("Escape")
    door.page.get_by_role("button", name="Menu").click()
    door.page.clock.fast_forward(11 * MINUTE)
    expect(door.page.locator("[data-locked]")).to_be_visible()
    expect(door.page.locator("dialog[open]")).to_have_count(0)
    return door


def reload(door):
    door.page.reload()
    door.wait_until_ready()


def test_ten_idle_minutes_lock_the_screen_and_what_waits_is_still_sent(venue, locked):
    assert axe(locked.page) == []
    locked.page.locator("#unlock").press("Tab")
    locked.page.keyboard.type(venue.passes[SECOND])  # a scanner scans nothing now
    locked.online()
    locked.wait_until_sent()
    assert len(venue.scans()) == 1

    reload(locked)
    expect(locked.page.locator("[data-locked]")).to_be_visible()


def test_only_the_code_unlocks_and_guessing_is_slow(venue, locked):
    locked.online()
    field, button = (
        locked.page.locator("#unlock"),
        locked.page.locator(".locked button"),
    )
    for wrongs in range(1, 4):
        field.fill("12")
        field.press("Enter")
        wait_js(locked.page, f"{WRONGS}.then((wrongs) => wrongs === {wrongs})")
        if wrongs < 3:
            expect(field).to_be_editable()
    error = locked.page.locator("[data-unlock-error]")
    expect(error).to_contain_text("Wait 5 seconds")
    expect(button).to_be_disabled()
    reload(locked)
    expect(button).to_be_disabled()  # loading the page again does not help

    locked.page.clock.fast_forward(6_000)
    expect(button).to_be_enabled()
    field.fill(venue.unlock_code())
    field.press("Enter")
    expect(locked.page.locator("[data-locked]")).to_be_hidden()
    reload(locked)
    expect(locked.page.locator("[data-locked]")).to_be_hidden()


def test_a_kiosk_can_only_scan_and_resets_itself(venue, open_door):
    door = open_door()
    door.context.clock.install(time=NINE_AM)
    door.pair(venue, DeviceMode.KIOSK)
    facing = "document.querySelector('video').srcObject.getVideoTracks().length"
    wait_js(door.page, facing)

    door.scan(venue.passes[FIRST])
    door.page.clock.fast_forward(4_100)
    door.page.keyboard.type(venue.passes[FIRST])

    expect(title(door)).to_have_text("Already in")
    names = [each.inner_text() for each in door.page.get_by_role("button").all()]
    assert names == []
    door.page.clock.fast_forward(4_100)
    expect(door.page.locator("[data-flood]")).to_be_hidden()
    door.page.clock.fast_forward(30 * MINUTE)
    expect(door.page.locator("[data-locked]")).to_be_hidden()
    assert axe(door.page) == []


def test_twenty_six_unsent_scans_are_an_alarm(venue, open_door):
    door = open_door()
    door.pair(venue)
    door.offline()
    shown = door.page.locator("[data-band]")
    unknown = [passes.derive_pass(bytes(32), bytes([n] * 16)) for n in range(26)]
    door.scan(*unknown[:25])
    expect(shown).to_contain_text("25 scans")
    expect(shown).to_have_class("band")
    door.scan(unknown[25])

    expect(shown).to_have_class("band band--alarm")
    expect(shown).to_contain_text("26 scans saved on this device, not sent yet.")
    door.page.get_by_role("button", name="Next").click()
    assert axe(door.page) == []


def test_ten_minutes_without_a_sync_are_an_alarm(venue, open_door):
    door = open_door()
    door.context.clock.install(time=NINE_AM)
    door.pair(venue)
    door.offline()
    door.page.clock.fast_forward(9 * MINUTE)
    door.page.clock.run_for(20_000)
    shown = door.page.locator("[data-band]")
    expect(shown).to_have_class("band")
    door.page.keyboard.press("Shift")  # somebody is there
    door.page.clock.run_for(70_000)

    expect(shown).to_have_class("band band--alarm")
    expect(shown).to_contain_text("Last sync 10 min ago")


def test_a_newer_release_takes_over_when_nobody_is_at_it(venue, open_door, monkeypatch):
    door = open_door()
    door.pair(venue)
    (before,) = door.page.evaluate("caches.keys()")
    kept = tuple(each for each in door_shell.KEPT if not each.startswith("icons/"))
    monkeypatch.setattr(door_shell, "KEPT", kept)
    door_shell.written_for.cache_clear()
    door.page.keyboard.type(wrong(venue.passes[FIRST]))  # an answer stays on screen
    expect(title(door)).to_have_text("Not on the list")
    door.page.evaluate("window.isOld = true")

    door.page.evaluate(
        "navigator.serviceWorker.getRegistration().then(r => r.update())"
    )
    wait_js(door.page, f"caches.keys().then((names) => names[0] !== '{before}')")
    door.page.wait_for_timeout(3000)
    assert door.page.evaluate("window.isOld")
    door.page.get_by_role("button", name="Next").click()
    wait_js(door.page, "window.isOld === undefined")
    door.wait_until_ready()

    assert len(door.page.evaluate("caches.keys()")) == 1
    door.page.keyboard.type(venue.passes[FIRST])
    expect(title(door)).to_have_text("Welcome")
    door_shell.written_for.cache_clear()


def test_a_release_that_came_halfway_is_not_taken(venue, open_door, page_errors):
    page_errors.allow("ServiceWorker|is of another release|icon from the Manifest")
    door = open_door()
    door.pair(venue)
    (before,) = door.page.evaluate("caches.keys()")

    def halfway(app, environ, start_response):
        """The script is of the new release, the files still of the old one."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        answer = app(environ, start_response)
        if environ["PATH_INFO"] != "/scan/sw.js":
            return answer
        body = b"".join(answer)
        for name, length in ((b'"version": "', 16), (b'scan.css": "', 64)):
            known = body.partition(name)[2][:length]
            body = body.replace(known, b"0" * length)
        return [body]

    venue.network.weather = halfway
    update = (
        "navigator.serviceWorker.getRegistration().then(r => r.update()).catch(() => 0)"
    )
    door.page.evaluate(update)
    door.page.wait_for_timeout(1500)

    assert door.page.evaluate("caches.keys()") == [before]
    door.offline()
    door.page.reload()
    door.wait_until_ready()


def open_search(door):
    door.page.get_by_role("button", name="Menu").click()
    door.page.get_by_role("button", name="Find a person by name").click()


def test_searching_asks_for_a_member_of_staff_and_comes_back(
    venue, open_door, page_errors
):
    page_errors.allow("status of 401")
    door = open_door()
    door.pair(venue)
    open_search(door)
    sign_in = door.page.get_by_role("link", name="Sign in")
    expect(sign_in).to_be_visible()
    assert axe(door.page, "dialog[open]") == []
    sign_in.click()
    expect(door.page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")

    venue.sign_in(door.context)
    door.page.reload()  # who is signed in goes straight back

    door.page.wait_for_url(f"{venue.address}/scan")
    door.wait_until_ready()


def test_without_a_badge_staff_find_the_person_and_check_them_in(venue, open_door):
    door = open_door()
    door.pair(venue)
    venue.sign_in(door.context)
    open_search(door)
    expect(door.page.locator("[data-search-user]")).to_have_text("Dora Door")
    field = door.page.get_by_label("Name, from three letters on")
    people = door.page.locator("[data-search-people] button")
    field.press_sequentially("Qu")
    door.page.wait_for_timeout(600)
    expect(people).to_have_count(0)
    field.press_sequentially("i")
    expect(people).to_have_count(8)
    assert axe(door.page, "dialog[open]") == []
    people.nth(1).click()
    door.page.get_by_role("button", name="Badge forgotten").click()

    expect(title(door)).to_have_text("Welcome")
    expect(door.page.locator("[data-flood-who]")).to_have_text(SECOND)
    assert venue.attendance().keys() == {SECOND}
    assert door.page.locator("[data-search-people]").text_content() == ""
    expect(door.page.locator("[data-flood]")).to_be_hidden()
    door.page.get_by_role("button", name="Undo").click()
    expect(door.page.locator("[data-last-who]")).to_have_text("Taken back")
    assert venue.attendance() == {}
    venue.check()


def test_where_two_segments_are_open_staff_choose_the_one_that_is_meant(
    venue, open_door
):
    venue.open_parallel()
    door = open_door()
    door.pair(venue)
    venue.sign_in(door.context)
    open_search(door)
    door.page.get_by_label("Name, from three letters on").fill("Qui")
    door.page.locator("[data-search-people] button").nth(1).click()
    chip = door.page.get_by_role("button", name="Badge forgotten")
    chip.click()
    said = door.page.locator("[data-search-said]")
    expect(said).to_contain_text("Two segments are open")
    assert axe(door.page, "dialog[open]") == []

    door.page.get_by_label("Segment").select_option(label="9. Parallel")
    chip.click()

    expect(title(door)).to_have_text("Welcome")
    assert venue.attendance().keys() == {SECOND}


@pytest.mark.parametrize("has_check_out", [False, True])
def test_the_words_in_the_foot_are_whole_on_a_phone(has_check_out, venue, open_door):
    venue.open_parallel(needs_check_out=has_check_out)
    venue.clock.set(NINE_AM + timedelta(minutes=5))
    door = open_door()
    door.pair(venue)

    buttons = door.page.locator("[data-tools] button:visible")
    expect(buttons).to_have_count(4 if has_check_out else 3)
    for button in buttons.all():
        wide, high = button.evaluate(
            "(b) => [b.scrollWidth - b.clientWidth, b.scrollHeight - b.clientHeight]"
        )
        assert max(wide, high) <= 0, button.inner_text()


def test_searching_needs_the_network(venue, open_door):
    door = open_door()
    door.pair(venue)
    venue.sign_in(door.context)
    door.offline()
    open_search(door)

    said = door.page.locator("[data-search-said]")
    expect(said).to_have_text("Searching needs the network. Write the name instead.")
