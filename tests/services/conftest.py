"""A committed database, a real mail server, and applications between them."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES, settings_for
from tests.smtp import MailCatcher, catching_mail
from tracker import create_app
from tracker.db import db


@pytest.fixture
def smtp() -> Iterator[MailCatcher]:
    """A mail server that keeps what it is sent."""
    with catching_mail() as catcher:
        yield catcher


@pytest.fixture(params=ENGINES)
def committed_url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """The address of a database in which commits are real."""
    return make_url(request.param, tmp_path)


@pytest.fixture
def make_mailer(committed_url: str, tmp_path: Any) -> Iterator[Any]:
    """Build applications on that one database, each with a mail server or none."""
    made: list[Flask] = []
    with committed_app(committed_url, tmp_path) as first:

        def make(mail_url: str) -> Flask:
            settings = settings_for(
                committed_url,
                tmp_path,
                TRACKER_MAIL_URL=mail_url,
                TRACKER_BASE_URL="http://muster.localhost:5000",
                TRACKER_MAIL_SENDER="desk@example.org",
            )
            app = create_app(settings, clock=first.extensions["clock"])
            made.append(app)
            return app

        yield make
        for app in made:
            with app.app_context():
                db.engine.dispose()


@pytest.fixture
def mailer(make_mailer: Any, smtp: MailCatcher) -> Flask:
    """An application whose mail goes to `smtp`."""
    app: Flask = make_mailer(smtp.url)
    return app
