"""The room's code from the projector to a participant's phone, in real browsers."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.hall import OWN, SCREEN, SHOWN, address_on, on_screen
from tests.browser.pages import DESKTOP, PHONE, wait_js
from tests.browser.scene import go_offline
from tests.factories import NINE_AM
from tracker.domain.room_codes import STEP_SECONDS

STEP = timedelta(seconds=STEP_SECONDS)
SECONDS = 1000


def test_a_phone_reads_the_code_off_the_projector_and_the_count_goes_up(
    hall, projector, participant
):
    ada = participant("Ada Sample")
    ada.open_camera()

    ada.look_at(on_screen(projector))

    ada.page.wait_for_url(f"**{OWN}/1")
    expect(ada.page.get_by_role("heading", name="You are in")).to_be_visible()
    expect(projector.locator("[data-in]")).to_have_text("1", timeout=4 * SECONDS)
    assert hall.outcomes() == [("accepted", None)]


def test_who_signs_in_slowly_is_in_since_the_code_was_seen(
    hall, projector, participant
):
    phone = participant().page
    phone.goto(hall.address + address_on(projector))
    phone.get_by_role("button", name="Check in").click()
    phone.get_by_label("E-mail address").fill("0@x.test")
    phone.get_by_role("button", name="Send me a code").click()
    phone.wait_for_url("**/sign-in/code")
    hall.clock.moment = NINE_AM + timedelta(minutes=9)
    phone.get_by_label("Code").fill(hall.mailed_code())
    phone.get_by_role("button", name="Sign in").click()

    phone.get_by_role("button", name="Check in").click()

    expect(phone.get_by_role("heading", name="You are in")).to_be_visible()
    expect(phone.locator("time")).to_have_text("09:00")
    assert hall.outcomes() == [("accepted", None)]


def test_a_photo_of_an_old_code_is_refused(hall, projector, participant, page_errors):
    photo, address = on_screen(projector), address_on(projector)
    hall.clock.moment += 2 * STEP
    page_errors.allow("410")
    bob = participant("Bob Sample")

    bob.page.goto(hall.address + address)
    expect(bob.page.get_by_role("heading")).to_have_text("Look at the screen again")
    bob.open_camera()
    bob.look_at(photo)

    expect(bob.page.locator(".field__error")).to_contain_text("Look at the screen")
    assert hall.outcomes() == []


def test_a_second_person_with_the_same_phone_waits_for_a_decision(
    hall, projector, participant
):
    ada = participant("Ada Sample")
    ada.page.goto(hall.address + address_on(projector))
    ada.page.get_by_role("button", name="Check in").click()
    expect(ada.page.get_by_role("heading", name="You are in")).to_be_visible()
    hall.sign_in(ada.page, "Bob Sample")

    ada.page.goto(hall.address + address_on(projector))
    ada.page.get_by_role("button", name="Check in").click()

    expect(ada.page.get_by_role("heading", name="Saved")).to_be_visible()
    assert hall.outcomes() == [("accepted", None), ("held", "shared_device")]


def test_a_spoken_code_lets_in_who_cannot_scan(hall, projector, participant):
    projector.goto(hall.address + SCREEN.removesuffix("/1"))
    projector.get_by_role("button", name="Say a code for segment 1").click()
    said = projector.locator(".said__code").inner_text()
    cleo = participant("Cleo Sample").page
    cleo.goto(hall.address + OWN)

    cleo.get_by_label("Code").fill(said)
    cleo.get_by_role("button", name="Check in").click()

    expect(cleo.get_by_role("heading", name="You are in")).to_be_visible()


def test_the_screen_takes_the_next_code_when_it_is_due(hall, projector):
    first = projector.evaluate(SHOWN)
    hall.clock.moment = NINE_AM + STEP - timedelta(seconds=1)
    expect(projector.locator("[data-seconds]")).to_have_text("1", timeout=4 * SECONDS)
    assert projector.evaluate(SHOWN) == first

    hall.clock.moment = NINE_AM + STEP

    wait_js(projector, f"({SHOWN}) !== '{first}'")


def test_without_the_server_the_code_is_hidden_not_stale(hall, projector, page_errors):
    hall.clock.moment = NINE_AM + STEP - timedelta(seconds=1)
    expect(projector.locator("[data-seconds]")).to_have_text("1", timeout=4 * SECONDS)
    code, closed = projector.locator("[data-code]"), projector.locator("[data-closed]")

    go_offline(projector, page_errors)

    expect(code).to_be_hidden(timeout=6 * SECONDS)
    expect(closed).to_contain_text("No answer from the server.")
    assert projector.evaluate(SHOWN) == ""
    projector.context.set_offline(False)
    expect(code).to_be_visible(timeout=5 * SECONDS)
    expect(closed).to_be_hidden()


def test_when_check_in_is_over_the_screen_says_so(hall, projector):
    hall.clock.moment = NINE_AM + timedelta(minutes=90)

    expect(projector.locator("[data-closed]")).to_have_text(
        "Check-in for this segment is over.", timeout=4 * SECONDS
    )
    expect(projector.locator("[data-code]")).to_be_hidden()


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (1920, 1080), (800, 600)])
def test_the_screen_fits_without_scrolling(projector, size):
    projector.set_viewport_size({"width": size[0], "height": size[1]})

    fits = "[root.scrollWidth <= innerWidth, root.scrollHeight <= innerHeight]"
    wait_js(projector, f"(root => {fits}.every(Boolean))(document.documentElement)")
    side = projector.locator("[data-symbol]").bounding_box()["height"]
    assert side > size[1] / 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_room_have_no_faults_for_axe(
    hall, projector, participant, open_page, page_errors, scheme
):
    page_errors.allow("410")
    ada = participant("Ada Sample").page
    ada.emulate_media(color_scheme=scheme)
    addresses = [OWN, address_on(projector), "/r/MR1-" + "0" * 25, f"{OWN}/1"]

    for address in addresses:
        ada.goto(hall.address + address)
        if button := ada.locator(".come-in__button").all():
            assert axe(ada) == []
            button[0].click()
            ada.wait_for_url(f"**{OWN}/1")
        assert axe(ada) == []
    for device in (DESKTOP, PHONE):
        staff = open_page(device, color_scheme=scheme)
        hall.sign_in(staff, "staff")
        for address in (SCREEN, SCREEN.removesuffix("/1")):
            staff.goto(hall.address + address)
            assert axe(staff) == []
