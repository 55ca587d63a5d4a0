"""The door: from a QR code in view of the camera to the answer on the screen.

A real Chromium with the door page as it is served; the camera's picture is a canvas,
so that the moment at which a code comes into view is known to the millisecond.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

from playwright.sync_api import Page, sync_playwright

from bench.databases import new_database
from bench.figures import Figure, Goal, Limit
from bench.server import APPLICATION, THREADS, serving
from bench.stage import running, set_stage
from tests.browser.camera import CanvasCamera
from tests.browser.chromium import camera_flags, launch
from tests.browser.pages import PHONE
from tracker.db import db
from tracker.models import Offering
from tracker.services import devices
from tracker.services.audit import WORKER

PASSES = 24  # of which half are scanned online, half offline
PAUSE_MS = 400
MOST_MS = 10_000
GOAL = Goal(150)

# Resolves with the moment at which the big answer is on the screen.
ANSWERED = """() => new Promise((resolve) => {
  const flood = document.querySelector("[data-flood]");
  const done = () => requestAnimationFrame(() => resolve(performance.now()));
  const look = new MutationObserver(() => {
    if (!flood.hidden) { look.disconnect(); done(); }
  });
  look.observe(flood, { attributes: true, attributeFilter: ["hidden"] });
})"""


def answers(engine: str) -> Iterator[Figure]:
    """Hold passes before the camera, first online, then without a network."""
    with new_database(engine) as database:
        with running(database):
            stage = set_stage(PASSES)
            code = _pairing_code(stage.code)
        with (
            serving(APPLICATION, database.environment, THREADS[engine]) as server,
            _door(f"http://127.0.0.1:{server.port}/scan/pair/{code}") as (page, camera),
        ):
            half = PASSES // 2
            online = _times(page, camera, stage.passes[:half])
            page.context.set_offline(True)
            offline = _times(page, camera, stage.passes[half:])
    yield Figure("code in view to answer, offline", engine, offline, "ms", goal=GOAL)
    limit = Limit("offline", offline)
    yield Figure("code in view to answer", engine, online, "ms", limit, GOAL)


def _pairing_code(code: str) -> str:
    offering = db.session.query(Offering).filter_by(code=code).one()
    made = devices.make_pairing_code(
        offering, "Door", "Hall", actor=WORKER, now=datetime.now(UTC)
    )
    db.session.commit()
    return made


@contextmanager
def _door(address: str) -> Iterator[tuple[Page, CanvasCamera]]:
    """Pair a phone, and start its camera."""
    with sync_playwright() as playwright:
        browser = launch(playwright, *camera_flags())
        try:
            page = browser.new_page(**PHONE)
            page.set_default_timeout(MOST_MS)
            camera = CanvasCamera(page)
            page.goto(address)
            page.get_by_role("button", name="Pair").click()
            page.wait_for_url("**/scan")
            page.locator("[data-door][data-ready]").wait_for()
            if page.locator("[data-start]").is_visible():
                page.locator("[data-start]").click()
            page.wait_for_timeout(2000)  # the decoder, the roster
            yield page, camera
        finally:
            browser.close()


def _times(page: Page, camera: CanvasCamera, passes: Sequence[str]) -> float:
    """Return the median of milliseconds from view to answer."""
    found = []
    for text in passes:
        page.evaluate(f"() => {{ globalThis.answered = ({ANSWERED})(); }}")
        page.wait_for_timeout(secrets.randbelow(PAUSE_MS))  # at any point of a frame
        shown_at = camera.show(text)
        found.append(page.evaluate("() => globalThis.answered") - shown_at)
        camera.hide()
        page.keyboard.press("Escape")
        page.wait_for_timeout(PAUSE_MS)
    return float(median(found))
