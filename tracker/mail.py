"""From the outbox to SMTP, or to the terminal where there is no mail server.

Addresses, subjects and texts go nowhere else: no log line of ours holds one.
"""

import smtplib
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from tracker.mail_url import MailServer, read_mail_url
from tracker.services.outbox import Message

TIMEOUT_SECONDS = 10
NOT_A_MAILBOX = 553  # RFC 5321: mailbox name not allowed

Carry = Callable[[Message], None]


class MailServerError(Exception):
    """The server cannot be reached or spoken to; the message is not to blame."""


class RefusedError(Exception):
    """This one message was refused; others may pass."""

    def __init__(self, code: int) -> None:
        """Keep the server's three digits only: its text may hold the address."""
        super().__init__(f"refused with {code}")
        self.is_final = 500 <= code < 600


@contextmanager
def carrier(url: str | None, sender: str) -> Iterator[Carry]:
    """Lend the way a message goes: one connection for a round, or the terminal.

    The connection is opened with the first message and closed at the end. The
    way raises MailServerError or RefusedError; nothing raised means taken over.
    """
    if url is None:
        yield show_in_terminal
        return
    server, connections = read_mail_url(url), list[smtplib.SMTP]()

    def carry(message: Message) -> None:
        mail = compose(message, sender)
        if not connections:
            connections.append(_connect(server))
        _send(connections[0], mail, message.recipient)

    try:
        yield carry
    finally:
        for connection in connections:
            _hang_up(connection)


def _connect(server: MailServer) -> smtplib.SMTP:
    try:
        connection = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerError(type(error).__name__) from None
    try:
        if server.starts_tls:
            connection.starttls(context=ssl.create_default_context())
        if server.username:
            connection.login(server.username, server.password)
    except (OSError, smtplib.SMTPException) as error:
        connection.close()
        raise MailServerError(type(error).__name__) from None
    return connection


def _open(server: MailServer) -> smtplib.SMTP:
    if not server.has_tls:
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    return smtplib.SMTP_SSL(
        server.host,
        server.port,
        timeout=TIMEOUT_SECONDS,
        context=ssl.create_default_context(),
    )


def _send(connection: smtplib.SMTP, mail: EmailMessage, recipient: str) -> None:
    """Hand one message over, and tell its faults from the server's.

    A refused sender is a fault of our settings, so the message waits.
    """
    try:
        connection.send_message(mail, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise RefusedError(max(codes)) from None
    except smtplib.SMTPDataError as error:
        raise RefusedError(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:  # an address that is not ASCII
        raise RefusedError(NOT_A_MAILBOX) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerError(type(error).__name__) from None


def _hang_up(connection: smtplib.SMTP) -> None:
    """Say goodbye; a server that is gone already does not matter."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def compose(message: Message, sender: str) -> EmailMessage:
    """Write a message as text and HTML, with headers that stop automatic replies.

    Raises:
        RefusedError: the address is none that mail can be sent to.
    """
    is_ascii = message.recipient.isascii()
    mail = EmailMessage(policy=SMTP if is_ascii else SMTPUTF8)
    try:
        mail["To"] = Address(addr_spec=message.recipient)
    except (ValueError, MessageError):
        raise RefusedError(NOT_A_MAILBOX) from None
    mail["From"] = Address("Muster", addr_spec=sender)
    mail["Subject"] = " ".join(message.subject.split())  # a header has one line
    mail["Date"] = message.created_at
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def show_in_terminal(message: Message) -> None:
    """Print a message where the server was started, on a machine of one's own."""
    lines = [f"Mail to {message.recipient}: {message.subject}"]
    lines += [f"  {line}" for line in message.text.splitlines()]
    sys.stdout.write("".join(f"{_printable(line)}\n" for line in ["", *lines]))
    sys.stdout.flush()


def _printable(line: str) -> str:
    """Keep what an address may hold from steering the terminal."""
    return "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line
    )
