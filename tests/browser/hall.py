"""A room before its first segment: the projector, and people with their phones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from tests.browser.camera import CanvasCamera
from tests.browser.pages import DESKTOP, PHONE, wait_js
from tests.browser.scene import wait_for_requests
from tests.committed import committed_app, make_url
from tests.conftest import TestClock
from tests.factories import (
    make_day,
    make_enrollment,
    make_offering,
    make_pass,
    make_user,
)
from tests.serving import serve
from tracker import clock
from tracker.db import db
from tracker.models import OutboxMessage, Scan
from tracker.models.staff import Role
from tracker.services import sessions

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage

CODE = "ROOM-1"
SCREEN = f"/staff/offerings/{CODE}/room/1"
OWN = f"/me/offerings/{CODE}/room"
NAMES = ("Ada Sample", "Bob Sample", "Cleo Sample")
SHOWN = "document.querySelector('[data-symbol] path').getAttribute('d')"


@dataclass(frozen=True)
class Hall:
    """An offering, served; `tokens` sign people in by name."""

    app: Flask
    clock: TestClock
    address: str
    tokens: dict[str, str]

    def sign_in(self, page: Page, name: str) -> None:
        """Sign somebody in, as if they had done it before."""
        page.context.add_cookies(
            [{"name": "muster", "value": self.tokens[name], "url": self.address}]
        )

    def outcomes(self) -> list[tuple[str, str | None]]:
        """What became of every scan, in order."""
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Scan.outcome, Scan.reason).order_by(Scan.id)
            )
            return [(outcome, reason) for outcome, reason in rows]

    def mailed_code(self) -> str:
        """The code in the newest mail."""
        with self.app.app_context():
            newest = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())
            text = db.session.scalars(newest.limit(1)).one().payload["text"]
        found = re.search(r"^    (\S+)$", text, re.MULTILINE)
        assert found
        return found.group(1)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """Three people are enrolled; a coordinator looks after the projector."""
    with committed_app(make_url("postgresql", tmp_path), tmp_path) as app:
        with app.app_context():
            offering = make_offering(code=CODE, stock="mint")
            make_day(offering)
            people: list[Any] = [
                make_enrollment(offering=offering, name=name, email=f"{number}@x.test")
                for number, name in enumerate(NAMES)
            ]
            for each in people:
                make_pass(each)
            owners = {each.person.name: each.person for each in people}
            owners["staff"] = make_user(Role.COORDINATOR, offering)
            tokens = {
                name: sessions.begin_session(owner, now=clock.now())
                for name, owner in owners.items()
            }
            db.session.commit()
        with serve(app) as address:
            yield Hall(app, app.extensions["clock"], address, tokens)
        wait_for_requests(app)


@pytest.fixture
def projector(hall: Hall, open_page: "OpenPage") -> Page:
    """The screen in the room, with the code of segment 1."""
    page = open_page(DESKTOP)
    hall.sign_in(page, "staff")
    page.goto(hall.address + SCREEN)
    wait_js(page, SHOWN)
    return page


class Participant:
    """Somebody in the room, with a phone whose camera sees what it is held at."""

    def __init__(self, hall: Hall, page: Page, name: str | None) -> None:
        """`name` None: nobody has signed in on this phone."""
        self.hall, self.page = hall, page
        self.camera = CanvasCamera(page)
        if name:
            hall.sign_in(page, name)

    def open_camera(self) -> None:
        """Open the page and start its camera."""
        self.page.goto(self.hall.address + OWN)
        wait_js(self.page, "!document.querySelector('[data-start]').hidden || true")
        start = self.page.locator("[data-start]")
        if start.is_visible():
            start.click()
        wait_js(self.page, "document.querySelector('video').videoWidth > 0")

    def look_at(self, modules: list[list[bool]]) -> None:
        """Hold the camera at a code."""
        self.page.evaluate("modules => canvasCamera.show(modules)", modules)


@pytest.fixture
def participant(hall: Hall, open_page: "OpenPage") -> Any:
    """A function that gives somebody's phone."""
    return lambda name=None: Participant(hall, open_page(PHONE), name)


def on_screen(projector: Page) -> list[list[bool]]:
    """Read the QR code off the projector, module by module."""
    symbol = projector.locator("[data-symbol]")
    size = int((symbol.get_attribute("viewBox") or "").split()[2])
    path = symbol.locator("path").get_attribute("d") or ""
    rows = [[False] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", path):
        for place in range(int(x), int(x) + int(width)):
            rows[int(y)][place] = True
    return rows


def address_on(projector: Page) -> str:
    """What the phone's own camera makes of the screen: an address, here its path."""
    shown = projector.evaluate(
        """() => fetch(document.querySelector("[data-screen]").dataset.url,
                       {headers: {Accept: "application/json"}}).then((r) => r.json())"""
    )
    return "/R/" + str(shown["address"]).rpartition("/")[2]
