"""The outbox against a real mail server: nothing lost, nothing twice, nothing told."""

import logging
import socket
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM
from tests.services.mailing import EMAIL, queue, rows, send, wait
from tests.smtp import catching_mail
from tracker.db import db
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import Kind
from tracker.models import OutboxMessage
from tracker.services import jobs, outbox


def test_a_message_arrives_as_it_was_queued(mailer, smtp):
    queue(mailer)

    send(mailer)

    (delivery,) = smtp.deliveries
    mail, (row,) = delivery.message, rows(mailer)
    assert (delivery.sender, delivery.recipients) == ("desk@example.org", (EMAIL,))
    assert {name: mail[name] for name in ("From", "To", "Subject", "Message-ID")} == {
        "From": "Muster <desk@example.org>",
        "To": EMAIL,
        "Subject": "Notice 0",
        "Message-ID": row.message_id,
    }
    assert row.message_id.endswith("@muster.localhost>")
    assert mail["Date"].datetime == NINE_AM
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert delivery.text == "Text 0\n"
    assert (row.done_at, row.lease_until, row.attempt_count) == (NINE_AM, None, 1)


def test_a_message_is_sent_as_text_and_as_html(mailer, smtp):
    queue(mailer, html="<p>Text &amp; ünï</p>\n")

    send(mailer)

    (mail,) = smtp.messages
    parts = [
        (part.get_content_type(), part.get_content()) for part in mail.iter_parts()
    ]
    assert mail.get_content_type() == "multipart/alternative"
    assert parts == [
        ("text/plain", "Text 0\n"),
        ("text/html", "<p>Text &amp; ünï</p>\n"),
    ]


def test_a_message_of_the_release_before_is_sent_as_text(mailer, smtp):
    queue(mailer)
    with mailer.app_context():
        row = db.session.scalars(sa.select(OutboxMessage)).one()
        row.payload = {"subject": "Notice", "text": "Text\n"}
        db.session.commit()

    send(mailer)

    (delivery,) = smtp.deliveries
    assert delivery.message.get_content_type() == "text/plain"
    assert delivery.text == "Text\n"


@pytest.mark.parametrize("subject", ["A\r\nBcc: eve@example.org", "A\nB", "A\x00B"])
def test_a_subject_cannot_write_another_header(mailer, smtp, subject):
    with mailer.app_context():
        outbox.queue_mail("notice", EMAIL, Letter(subject, "Text"), now=NINE_AM)
        db.session.commit()

    send(mailer)

    (delivery,) = smtp.deliveries
    assert delivery.recipients == (EMAIL,)
    assert delivery.message["Bcc"] is None
    assert len(delivery.message.get_all("Subject")) == 1


def test_what_is_rolled_back_is_not_sent(mailer, smtp):
    with mailer.app_context():
        outbox.queue_mail("notice", EMAIL, Letter("Notice", "Text"), now=NINE_AM)
        db.session.rollback()

    send(mailer)

    assert (smtp.deliveries, rows(mailer)) == ([], [])


def test_a_message_to_nobody_is_never_sent(mailer, smtp):
    queue(mailer, recipient=None)

    send(mailer)
    wait(mailer, hours=1)
    send(mailer)

    assert smtp.deliveries == []


def test_four_workers_drain_the_outbox_without_sending_anything_twice(mailer, smtp):
    """A claimed message belongs to one worker, until it is sent or the lease ends."""
    queue(mailer, 40)

    workers = [threading.Thread(target=send, args=(mailer,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    subjects = [mail["Subject"] for mail in smtp.messages]
    assert sorted(subjects) == sorted(f"Notice {n}" for n in range(40))
    assert {row.attempt_count for row in rows(mailer)} == {1}


def test_mail_waits_for_a_server_that_is_down_and_arrives_when_it_is_up(make_mailer):
    down = make_mailer(f"smtp://127.0.0.1:{free_port()}")
    queue(down, 3)

    pauses = [send(down) for _ in range(2)]

    assert pauses == [jobs.PAUSE_AFTER_FAULT] * 2
    assert [row.attempt_count for row in rows(down)] == [1, 1, 0]
    assert rows(down)[0].last_error == "ConnectionRefusedError"
    wait(down, seconds=16)
    with catching_mail() as smtp:
        up = make_mailer(smtp.url)
        assert send(up) == jobs.JOBS[0].every
        assert len(smtp.deliveries) == 3
    assert all(row.done_at and not row.last_error for row in rows(up))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_pauses_grow_and_a_message_is_given_up_after_three_days(make_mailer):
    app = make_mailer(f"smtp://127.0.0.1:{free_port()}")
    queue(app)
    clock, pauses = app.extensions["clock"], []
    for _ in range(9):
        send(app)
        (row,) = rows(app)
        pauses.append((row.run_at - clock.moment).total_seconds())
        clock.moment = row.run_at
    assert pauses == [15, 30, 60, 120, 240, 480, 900, 900, 900]

    failed = []
    for minutes_left in (20, 5):
        clock.moment = NINE_AM + timedelta(days=3) - timedelta(minutes=minutes_left)
        send(app)
        failed.append(rows(app)[0].failed_at)
    assert failed == [None, clock.moment]


def test_a_sign_in_code_is_not_sent_after_its_time(mailer, smtp):
    smtp.refusal = "451 Try later."
    queue(mailer, kind=Kind.SIGN_IN_CODE)
    for _ in range(40):
        send(mailer)
        wait(mailer, minutes=1)

    smtp.refusal = ""
    send(mailer)

    assert smtp.deliveries == []
    assert rows(mailer)[0].failed_at < NINE_AM + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("refusal", "is_final"),
    [("451 Try later for alex@example.org.", False), ("550 No such mailbox.", True)],
)
def test_a_refused_message_does_not_hold_up_the_others(
    mailer, smtp, caplog, refusal, is_final
):
    smtp.refusal = refusal
    queue(mailer, 2)

    send(mailer)

    assert [bool(row.failed_at) for row in rows(mailer)] == [is_final, is_final]
    assert [row.last_error for row in rows(mailer)] == [
        f"refused with {refusal[:3]}"
    ] * 2
    smtp.refusal = ""
    queue(mailer)
    wait(mailer, minutes=1)
    send(mailer)
    assert len(smtp.deliveries) == (1 if is_final else 3)


@pytest.mark.parametrize(
    "recipient", ["a..b@example.org", "ä@example.org", "x@y.org\r\nBcc: z@example.org"]
)
def test_an_address_that_cannot_be_written_to_is_given_up_alone(
    mailer, smtp, recipient
):
    queue(mailer, recipient=recipient)
    queue(mailer)

    send(mailer)

    bad, good = rows(mailer)
    assert (bad.failed_at, bad.last_error) == (NINE_AM, "refused with 553")
    assert good.done_at == NINE_AM
    assert [delivery.recipients for delivery in smtp.deliveries] == [(EMAIL,)]


def test_a_worker_that_dies_loses_nothing(mailer, smtp):
    queue(mailer)
    with mailer.app_context():
        assert outbox.claim(now=NINE_AM)
        db.session.commit()  # and then the machine loses power

    send(mailer)
    assert smtp.deliveries == []
    wait(mailer, minutes=4)
    send(mailer)

    assert [mail["Message-ID"] for mail in smtp.messages] == [
        rows(mailer)[0].message_id
    ]


def test_messages_are_sent_in_the_order_they_were_queued(mailer, smtp):
    queue(mailer, 5)

    send(mailer)

    assert [mail["Subject"] for mail in smtp.messages] == [
        f"Notice {number}" for number in range(5)
    ]


def test_no_log_line_names_a_recipient_or_a_text(mailer, smtp, caplog):
    caplog.set_level(logging.DEBUG, logger="tracker")
    smtp.refusal = "550 alex@example.org is unknown"
    queue(mailer)
    send(mailer)
    smtp.refusal = ""
    queue(mailer)
    send(mailer)

    assert len(smtp.deliveries) == 1
    assert EMAIL not in caplog.text
    assert "Notice" not in caplog.text


def test_the_database_shows_neither_recipient_nor_text(mailer):
    queue(mailer)

    with mailer.app_context():
        (row,) = db.session.execute(sa.text("SELECT * FROM outbox_messages")).all()
    stored = b" ".join(bytes(v) for v in row if isinstance(v, bytes | memoryview))
    assert len(stored) > 50
    assert b"alex" not in stored
    assert b"Text" not in stored


def test_without_a_server_mail_is_shown_in_the_terminal_and_counts_as_sent(
    make_mailer, capsys
):
    app = make_mailer(None)
    queue(app, recipient="al\x1b[2Jex@example.org")

    send(app)

    assert capsys.readouterr().out == (
        "\nMail to al\ufffd[2Jex@example.org: Notice 0\n  Text 0\n"
    )
    assert rows(app)[0].done_at == NINE_AM
