"""The figures for monitoring, and the mails of a machine that sends none."""

from datetime import timedelta

import pytest

from tests.conftest import settings_for
from tests.factories import make_enrollment
from tests.views.forms import ask_for_code
from tracker import create_app
from tracker.db import db

EMAIL = "alex@example.org"


@pytest.fixture
def person(session):
    person = make_enrollment(email=EMAIL).person
    session.commit()
    return person


def test_the_local_mail_page_shows_the_code(client, session, person):
    code = ask_for_code(client, session, EMAIL)
    ask_for_code(client, session, "stranger@example.org")

    page = client.get("/local-mail")

    assert code in page.text
    assert EMAIL in page.text
    assert page.text.count("Your sign-in code") == 1


def test_local_mail_is_shown_to_this_machine_only(client, session, person):
    ask_for_code(client, session, EMAIL)

    elsewhere = client.get("/local-mail", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    proxied = client.get("/local-mail", headers={"X-Forwarded-For": "127.0.0.1"})

    assert (elsewhere.status_code, proxied.status_code) == (404, 404)


def test_figures_are_for_this_machine(client, session, person, clock):
    ask_for_code(client, session, EMAIL)
    clock.moment += timedelta(seconds=90)

    figures = client.get("/metrics")

    assert figures.content_type == "text/plain; version=0.0.4; charset=utf-8"
    values = dict(
        line.rsplit(" ", 1)
        for line in figures.text.splitlines()
        if not line.startswith("#")
    )
    assert float(values.pop("process_cpu_seconds_total")) > 0
    assert values == {
        "muster_outbox_waiting": "1",
        "muster_outbox_oldest_seconds": "90",
        "muster_outbox_failed": "0",
        'muster_scans_total{outcome="accepted"}': "0",
        'muster_scans_total{outcome="duplicate"}': "0",
        'muster_scans_total{outcome="held"}': "0",
        'muster_scans_total{outcome="refused"}': "0",
        "muster_certificates_live": "0",
        "muster_schema_current": "1",
    }


def test_figures_need_the_token_from_elsewhere(tmp_path, shared_app, app):
    token = "a-token-for-the-tests"
    url = shared_app.extensions["settings"].database_url
    other = create_app(settings_for(url, tmp_path, TRACKER_METRICS_TOKEN=token))
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}

    statuses = [
        client.get("/metrics", headers={"Authorization": sent}, **far).status_code
        for client in (other.test_client(), app.test_client())
        for sent in ("", "Bearer wrong", f"Bearer {token}", f"Basic {token}")
    ]
    with other.app_context():
        db.engine.dispose()

    assert statuses == [404, 404, 200, 404, 404, 404, 404, 404]
