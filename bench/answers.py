"""The results page over 2,000 responses, from the database to the page."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

from bench.cpu import counted
from bench.databases import new_database
from bench.figures import Figure, Limit
from bench.stage import running
from tests.factories import make_offering, make_user
from tests.released import release, teach
from tracker.db import db
from tracker.models import Response
from tracker.models.staff import Role
from tracker.services import sessions

RESPONSES = 2_000
PAGES = 5


def results(engine: str) -> Iterator[Figure]:
    """Draw a coordinator's page of results; nothing of it is kept in between."""
    with new_database(engine) as database, running(database) as app:
        address, token = _released()
        _draw(app, address, token)
        with counted([os.getpid()]) as spent:
            for _ in range(PAGES):
                _draw(app, address, token)
        with counted([os.getpid()]) as opened:
            for _ in range(PAGES):
                _open()
    limit = Limit("reading and opening the answers", 1000 * opened.seconds / PAGES)
    name = f"results page over {RESPONSES:,} responses, CPU"
    yield Figure(name, engine, 1000 * spent.seconds / PAGES, "ms", limit)


def _released() -> tuple[str, str]:
    """Release the answers; return the page's address and a coordinator's session."""
    offering = make_offering()
    teach(offering, *(make_user() for _ in range(3)))
    release(offering, RESPONSES)
    user = make_user(Role.COORDINATOR, offering)
    token = sessions.begin_session(user, now=datetime.now(UTC))
    db.session.commit()
    db.session.remove()
    return f"/staff/offerings/{offering.code}/evaluation/results", token


def _draw(app: Flask, address: str, token: str) -> None:
    browser = app.test_client()
    browser.set_cookie("muster", token)
    with app.app_context():
        page = browser.get(address)
    if f"{RESPONSES:,}" not in page.text:
        raise RuntimeError(f"the page does not show the answers: {page.status}")


def _open() -> None:
    db.session.execute(sa.select(Response.answers)).all()
    db.session.rollback()
