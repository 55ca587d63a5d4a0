"""The tests' own mail server."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from tests.smtp import MailCatcher, catching_mail


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    with catching_mail() as catcher:
        yield catcher


def send(catcher: MailCatcher, subject: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "desk@example.org"
    message["To"] = "ana@example.org"
    message.set_content("Your code is 123 456.\nÀ bientôt.")
    address = urlsplit(catcher.url)
    with smtplib.SMTP(str(address.hostname), address.port or 0) as connection:
        connection.send_message(message, to_addrs=["ana@example.org", "bo@example.org"])


def test_mail_is_kept_as_it_arrived_with_its_envelope(catcher):
    send(catcher, "Sign in")

    (message,) = catcher.wait_for(1)
    (delivery,) = catcher.deliveries

    assert message["Subject"] == "Sign in"
    assert delivery.text == "Your code is 123 456.\nÀ bientôt.\n"
    assert delivery.sender == "desk@example.org"
    assert delivery.recipients == ("ana@example.org", "bo@example.org")


def test_waiting_for_mail_that_does_not_come_names_what_did(catcher):
    send(catcher, "Sign in")

    with pytest.raises(TimeoutError, match=r"1 of 2 messages came: \['Sign in'\]"):
        catcher.wait_for(2, timeout=0.1)


def test_one_message_is_found_among_others(catcher):
    send(catcher, "Sign in")
    send(catcher, "Certificate")

    delivery = catcher.wait_for_one("bo@example.org", "Sign in")

    assert delivery.message["Subject"] == "Sign in"
    with pytest.raises(TimeoutError, match="“Sign in” did not come to bo@"):
        catcher.wait_for_one("bo@example.org", "Sign in", after=1, timeout=0.1)


def test_a_refusal_reaches_the_sender_and_nothing_is_kept(catcher):
    catcher.refusal = "451 Try later."

    with pytest.raises(smtplib.SMTPDataError, match="Try later"):
        send(catcher, "Sign in")

    assert catcher.messages == []
