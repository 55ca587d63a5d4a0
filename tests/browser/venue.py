"""An offering with a door: people with passes, and browsers that scan them."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests.browser.chromium import FLAGS, camera_flags
from tests.browser.pages import PHONE, PageErrors, wait_js
from tests.browser.scene import wait_for_requests
from tests.browser.training import free_port
from tests.browser.weather import Network
from tests.committed import committed_app, make_url
from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
    make_user,
)
from tests.serving import serve
from tools.browser import find_chromium
from tracker.db import db
from tracker.domain.scans import Outcome
from tracker.models import Attendance, Device, Enrollment, Offering, Scan
from tracker.models.device import DeviceMode
from tracker.models.staff import Role
from tracker.services import attendance, devices, doctor, held_scans, sessions
from tracker.services.audit import CLI

CODE = "DOOR-1"
READY = "document.querySelector('[data-door]').dataset.ready !== undefined"
KEPT = "caches.keys().then((names) => names.length > 0)"
COUNT = """import("/static/js/door/store.js").then(async (store) =>
  (await store.list("outbox")).length + (await store.list("undos")).length)"""


class RunningClock:
    """A clock that runs as the device's does, from a moment that a test names."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        self._moment, self._since = moment, time.monotonic()

    def __call__(self) -> datetime:
        return self._moment + timedelta(seconds=time.monotonic() - self._since)


@dataclass
class Venue:
    """The offering, its server, the network before it, and who has a pass."""

    app: Flask
    clock: RunningClock
    network: Network
    port: int
    passes: dict[str, str]
    _serving: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._serving.enter_context(serve(self.network, self.port))

    def stop(self) -> None:
        """Stop the server; the database stays."""
        self._serving.close()
        wait_for_requests(self.app)

    def pairing_code(self, mode: DeviceMode = DeviceMode.DOOR, name: str = "D") -> str:
        with self.app.app_context():
            offering = db.session.scalars(sa.select(Offering)).one()
            code = devices.make_pairing_code(
                offering, name, "Hall", mode, actor=CLI, now=self.clock()
            )
            db.session.commit()
            return code

    def unlock_code(self) -> str:
        with self.app.app_context():
            return db.session.scalars(sa.select(Device.unlock_code)).first() or ""

    def revoke_devices(self) -> None:
        with self.app.app_context():
            db.session.execute(sa.update(Device).values(revoked_at=self.clock()))
            db.session.commit()

    def sign_in(self, context: BrowserContext) -> None:
        """Sign somebody from the door's staff in, on a device."""
        with self.app.app_context():
            offering = db.session.scalars(sa.select(Offering)).one()
            user = make_user(Role.DOOR, offering, name="Dora Door")
            token = sessions.begin_session(user, now=self.clock())
            db.session.commit()
        context.add_cookies([{"name": "muster", "value": token, "url": self.address}])

    def enroll(self, name: str) -> str:
        """Enroll one more person, of whom no door knows; return the pass."""
        with self.app.app_context():
            offering = db.session.scalars(sa.select(Offering)).one()
            pass_text = make_pass(make_enrollment(offering=offering, name=name))
            db.session.commit()
            return pass_text

    def open_parallel(self, **fields: Any) -> None:
        """Let a second segment begin at nine in the same room."""
        with self.app.app_context():
            offering = db.session.scalars(sa.select(Offering)).one()
            make_segment(offering=offering, number=9, title="Parallel", **fields)
            db.session.commit()

    def scans(self) -> list[Scan]:
        with self.app.app_context():
            return list(db.session.scalars(sa.select(Scan).order_by(Scan.id)))

    def outcomes(self) -> list[tuple[Outcome, str | None]]:
        """What became of every stored scan, sorted."""
        return sorted((scan.outcome, scan.reason) for scan in self.scans())

    def count_held(self) -> int:
        """Count the scans that wait for the desk."""
        with self.app.app_context():
            offering = db.session.scalars(sa.select(Offering)).one()
            return held_scans.count_held(offering)

    def attendance(self) -> dict[str, tuple[int, datetime | None]]:
        """How often everybody checked in, and when first, by name."""
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Enrollment, Attendance).join(
                    Attendance, Attendance.enrollment_id == Enrollment.id
                )
            )
            return {
                enrollment.person.name: (row.in_count, row.first_in)
                for enrollment, row in rows
            }

    def check(self) -> None:
        """Hold what is stored against what the scans say."""
        with self.app.app_context():
            offering = db.session.scalars(sa.select(Offering)).one()
            assert attendance.verify(offering) == []
            assert [each for each in doctor.run_checks() if not each.ok] == []


@contextlib.contextmanager
def open_venue(engine: str, folder: Path, people: int = 8) -> Iterator[Venue]:
    """Serve an offering whose first segment is open, three minutes before nine."""
    with committed_app(make_url(engine, folder), folder) as app:
        clock = RunningClock(NINE_AM - timedelta(minutes=3))
        app.extensions["clock"] = clock
        with app.app_context():
            offering = make_offering(code=CODE, capacity=people + 10)
            make_day(offering)
            names = [f"Quimby Sample {number:02}" for number in range(people)]
            passes = {
                name: make_pass(make_enrollment(offering=offering, name=name))
                for name in names
            }
            db.session.commit()
        venue = Venue(app, clock, Network(app), free_port(), passes)
        venue.start()
        try:
            yield venue
        finally:
            venue.stop()


class Door:
    """A phone at the door: a browser with a profile on the disk."""

    def __init__(
        self, playwright: Playwright, folder: Path, errors: PageErrors, **options: Any
    ) -> None:
        self._playwright, self.folder, self._errors = playwright, folder, errors
        self._options = options
        self.context: BrowserContext
        self.page: Page

    def open(self) -> None:
        """Start the browser, with what it had on its disk."""
        self.context = self._playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=find_chromium(),
            args=[*FLAGS, *camera_flags()],
            **{"reduced_motion": "reduce", **PHONE, **self._options},
        )
        self._errors.watch(self.context)
        self.page = self.context.pages[0]

    def pair(self, venue: Venue, mode: DeviceMode = DeviceMode.DOOR) -> None:
        """Pair, and wait until the page has all it needs to start without a network."""
        self.page.goto(f"{venue.address}/scan/pair/{venue.pairing_code(mode)}")
        self.page.locator("[data-pair]").click()
        self.page.wait_for_url(f"{venue.address}/scan")
        self.wait_until_ready()
        wait_js(self.page, KEPT)
        wait_js(self.page, "navigator.serviceWorker.controller !== null")
        wait_js(self.page, "import('/static/js/door/roster.js').then((r) => r.size())")

    def start(self, venue: Venue) -> None:
        self.page.goto(f"{venue.address}/scan")
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        wait_js(self.page, READY)

    def scan(self, *passes: str) -> None:
        """Scan with a USB scanner, and wait for each answer: then it is kept."""
        for pass_text in passes:
            self.page.keyboard.press("Escape")
            self.page.keyboard.type(pass_text)
            wait_js(self.page, "!document.querySelector('[data-flood]').hidden")

    def count(self) -> int:
        """How many scans and undos wait on the disk."""
        count: int = self.page.evaluate(COUNT)
        return count

    def wait_until_sent(self, timeout: float = 40) -> None:
        wait_js(self.page, f"{COUNT}.then((count) => count === 0)", timeout=timeout)

    def offline(self) -> None:
        self._errors.allow("ERR_INTERNET_DISCONNECTED")
        self.context.set_offline(True)

    def online(self) -> None:
        self.context.set_offline(False)

    def answer(self) -> tuple[str, str]:
        """Return the big answer's title and name."""
        title = self.page.locator("[data-flood-title]").inner_text()
        return title, self.page.locator("[data-flood-who]").text_content() or ""

    def close(self) -> None:
        with contextlib.suppress(Error):
            self.context.close()

    def kill(self) -> None:
        """Take the battery out: the browser gets no chance to finish anything."""
        wanted = f"--user-data-dir={self.folder}".encode()
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if wanted in entry.read_bytes().split(b"\0"):
                    os.kill(int(entry.parent.name), signal.SIGKILL)
        self.close()
