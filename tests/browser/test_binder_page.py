"""The binder in a browser: asked for, made, downloaded once."""

import hashlib
import threading
import zipfile

from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import STAFF
from tests.browser.pages import PHONE
from tracker.db import writing
from tracker.services import jobs_tasks


def work(desk) -> None:
    with desk.app.app_context(), writing():
        jobs_tasks.work_on_tasks(threading.Event())


def fits_and_is_accessible(page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]
    assert axe(page) == []


def test_a_binder_from_the_wish_to_the_file(desk, open_page, tmp_path):
    page = open_page(PHONE, accept_downloads=True)
    desk.sign_in(page)
    page.goto(f"{desk.address}{STAFF}/certificates")
    page.get_by_role("link", name="Binder", exact=True).click()
    page.get_by_label("Everything, without names").check()
    fits_and_is_accessible(page)
    page.get_by_role("button", name="Make the binder").click()
    expect(page.get_by_role("heading", name="waits to be made")).to_be_visible()
    fits_and_is_accessible(page)

    work(desk)
    expect(page.get_by_role("heading", name="Your binder is ready")).to_be_visible()
    fits_and_is_accessible(page)
    page.get_by_role("button", name="Get a download link").click()
    fits_and_is_accessible(page)
    shown = page.locator(".code").inner_text()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download (zip)").click()
    path = tmp_path / "binder.zip"
    downloading.value.save_as(path)

    assert hashlib.sha256(path.read_bytes()).hexdigest() == shown
    assert zipfile.ZipFile(path).testzip() is None
    page.get_by_role("link", name="Back to the binder").click()
    expect(page.get_by_role("heading", name="was downloaded")).to_be_visible()
