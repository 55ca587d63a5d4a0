"""Mail that was given up: listed for its offering, and sent again once."""

import logging
import threading

import pytest

from tests.factories import NINE_AM, make_enrollment, make_offering
from tests.services.mailing import rows, send, wait
from tests.views.counting import counted
from tracker.db import db
from tracker.models import Offering
from tracker.services import messages, undelivered
from tracker.services.audit import CLI


@pytest.fixture
def offering_id(mailer):
    with mailer.app_context():
        offering = make_offering(code="FAILS")
        other = make_enrollment(offering=make_offering(code="OTHER"))
        for number in range(3):
            person = make_enrollment(
                offering=offering, email=f"sample-{number}@example.org"
            )
            messages.queue_pass_ready(person, now=NINE_AM)
        messages.queue_pass_ready(other, now=NINE_AM)
        db.session.commit()
        return offering.id


def again(app, offering_id, uid=None) -> int:
    with app.app_context():
        offering = db.session.get_one(Offering, offering_id)
        now = app.extensions["clock"].moment
        count = undelivered.send_again(offering, uid, actor=CLI, now=now)
        db.session.commit()
        return count


def listed(app, offering_id):
    with app.app_context():
        offering = db.session.get_one(Offering, offering_id)
        return undelivered.list_undelivered(offering)


def test_a_refused_mail_is_listed_in_its_offering_and_goes_out_again_once(
    mailer, smtp, offering_id, caplog
):
    caplog.set_level(logging.DEBUG, logger="tracker")
    smtp.refusal = "550 sample-0@example.org is unknown"
    send(mailer)
    found = listed(mailer, offering_id)
    assert {(each.name, each.address, each.kind, each.why) for each in found} == {
        (
            "Sample Person",
            f"sample-{number}@example.org",
            "Pass is ready",
            "The receiving side takes no mail for this address (550). Check it.",
        )
        for number in range(3)
    }
    ids = {row.message_id for row in rows(mailer)}

    smtp.refusal = ""
    wait(mailer, days=10)
    assert again(mailer, offering_id, found[0].uid) == 1
    assert again(mailer, offering_id, found[0].uid) == 0
    send(mailer)
    assert [each.recipients for each in smtp.deliveries] == [(found[0].address,)]

    assert again(mailer, offering_id) == 2
    assert again(mailer, offering_id) == 0
    send(mailer)
    assert len(smtp.deliveries) == 3  # that of the other offering stays
    assert {mail["Message-ID"] for mail in smtp.messages} < ids
    assert listed(mailer, offering_id) == []
    assert "example.org" not in caplog.text


def test_what_fails_again_waits_as_long_as_anything_new(mailer, smtp, offering_id):
    smtp.refusal = "550 No."
    send(mailer)
    wait(mailer, days=10)
    again(mailer, offering_id)
    smtp.refusal = "451 Later."
    send(mailer)

    assert listed(mailer, offering_id) == []
    smtp.refusal = ""
    wait(mailer, minutes=1)
    send(mailer)
    assert len(smtp.deliveries) == 3


def test_two_coordinators_at_once_send_it_once(mailer, smtp, offering_id):
    smtp.refusal = "550 No."
    send(mailer)
    smtp.refusal = ""
    counts = []

    threads = [
        threading.Thread(target=lambda: counts.append(again(mailer, offering_id)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(mailer)

    assert sorted(counts) == [0, 0, 0, 3]
    assert len(smtp.deliveries) == 3


def test_the_list_takes_two_queries_however_long_it_is(mailer, smtp, offering_id):
    smtp.refusal = "550 No."
    send(mailer)

    with mailer.app_context():
        offering = db.session.get_one(Offering, offering_id)
        with counted() as statements:
            assert len(undelivered.list_undelivered(offering)) == 3

    selects = [each for each in statements if each.startswith("SELECT")]
    assert len(selects) == 2
