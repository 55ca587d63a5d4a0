"""A participant of an offering whose last segment is nearly over, and their phone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.pool import QueuePool

from tests.browser.pages import PHONE, PageErrors
from tests.committed import committed_app, make_url
from tests.conftest import TestClock
from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_instructor,
    make_offering,
    make_pass,
)
from tests.serving import serve
from tracker import clock, links
from tracker.db import db
from tracker.services import batches, evaluations, sessions

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage

CODE = "PHONE-1"
PASS = f"/me/offerings/{CODE}"
EVALUATION = f"{PASS}/evaluation"
SENDING = NINE_AM + timedelta(hours=5, minutes=15)  # the last of three is nearly over
DRAFTS = """import("/static/js/draft-store.js").then((store) => store.count())"""


@dataclass(frozen=True)
class Scene:
    """One participant of an offering whose last segment is nearly over."""

    app: Flask
    clock: TestClock
    address: str
    token: str

    def sign_in(self, page: Page) -> None:
        page.context.add_cookies(
            [{"name": "muster", "value": self.token, "url": self.address}]
        )

    def count(self, model: type) -> int:
        with self.app.app_context():
            wanted = sa.select(sa.func.count()).select_from(model)
            return db.session.scalars(wanted).one()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with committed_app(make_url("postgresql", tmp_path), tmp_path) as app:
        moments = app.extensions["clock"]
        moments.moment = SENDING
        with app.app_context():
            offering = make_offering(code=CODE, stock="sky")
            batches.open_batch(offering, links.settings().evaluation_keys)
            make_instructor(offering, make_day(offering)[:2], name="Sample Teacher")
            evaluations.set_form(offering, evaluations.default_form())
            enrollment = make_enrollment(offering=offering, name="Ada Sample")
            make_pass(enrollment)
            token = sessions.begin_session(enrollment.person, now=clock.now())
            db.session.commit()
        with serve(app) as address:
            yield Scene(app, moments, address, token)
        wait_for_requests(app)


def wait_for_requests(app: Flask) -> None:
    """Let the last requests give their connections back before the pool is closed."""
    with app.app_context():
        give_up_at = time.monotonic() + 10
        while cast("QueuePool", db.engine.pool).checkedout():
            assert time.monotonic() < give_up_at, "a request hangs"
            time.sleep(0.01)


@pytest.fixture
def phone(scene: Scene, open_page: "OpenPage") -> Page:
    """A signed-in participant's phone."""
    page = open_page(PHONE)
    scene.sign_in(page)
    return page


def go_offline(page: Page, errors: PageErrors) -> None:
    """Take the network away from a phone."""
    errors.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
