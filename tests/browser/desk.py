"""An offering of thirteen segments and forty people, watched by its staff."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from tests.browser.pages import DESKTOP
from tests.browser.scene import wait_for_requests
from tests.committed import committed_app, make_url
from tests.conftest import TestClock
from tests.factories import (
    NINE_AM,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_scan,
    make_segment,
    make_user,
)
from tests.serving import serve
from tracker import clock
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import Enrollment, SignInSession
from tracker.models.staff import Role
from tracker.services import attendance, schedules, sessions, spares
from tracker.services.audit import CLI

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage

CODE = "DESK-1"
STAFF = f"/staff/offerings/{CODE}"
BOARD = f"{STAFF}/attendance"
DAYS = (4, 4, 3, 2)
PEOPLE = 40


@dataclass(frozen=True)
class Desk:
    """The offering, served, with its clock; who is signed in is a coordinator."""

    app: Flask
    clock: TestClock
    address: str
    token: str
    first_person: str

    def sign_in(self, page: Page) -> None:
        """Sign the coordinator in."""
        page.context.add_cookies(
            [{"name": "muster", "value": self.token, "url": self.address}]
        )

    def check_in(self, number: int) -> str:
        """Check the person of this number in to segment 1; return the public id."""
        with self.app.app_context():
            person = db.session.scalars(
                sa.select(Enrollment).order_by(Enrollment.id).offset(number).limit(1)
            ).one()
            segment = person.offering.segments[0]
            make_scan(person, segment, at=self.clock.moment)
            attendance.project(person.id, segment.id)
            schedules.raise_version(person.offering_id)
            db.session.commit()
            return person.public_id

    def sign_out(self) -> None:
        """End the coordinator's session behind their back."""
        with self.app.app_context():
            db.session.execute(sa.update(SignInSession).values(ended_at=NINE_AM))
            db.session.commit()


def _fill() -> tuple[str, str]:
    offering = make_offering(code=CODE)
    for day, count in enumerate(DAYS):
        for place in range(count):
            make_segment(
                offering=offering,
                number=sum(DAYS[:day]) + place + 1,
                starts_at=NINE_AM + timedelta(days=day, hours=2 * place),
            )
    people: list[Any] = []
    for number in range(PEOPLE):
        people.append(make_enrollment(offering=offering, name=f"Person No {number:02}"))
        make_pass(people[-1])
    make_scan(
        people[0],
        offering.segments[0],
        outcome=Outcome.HELD,
        reason=Reason.CLOCK_UNSURE,
        uid=str(uuid4()),
    )
    make_device(offering)
    spares.make_spares(offering, 2, after=0, actor=CLI, now=clock.now())
    user = make_user(Role.COORDINATOR, offering, name="Sample Coordinator")
    token = sessions.begin_session(user, now=clock.now())
    db.session.commit()
    return token, people[0].public_id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with committed_app(make_url("postgresql", tmp_path), tmp_path) as app:
        with app.app_context():
            token, first_person = _fill()
        with serve(app) as address:
            yield Desk(app, app.extensions["clock"], address, token, first_person)
        wait_for_requests(app)


@pytest.fixture
def screen(desk: Desk, open_page: "OpenPage") -> Page:
    """The signed-in coordinator's browser."""
    page = open_page(DESKTOP)
    desk.sign_in(page)
    return page
