"""A real SMTP server that keeps what it is sent."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Delivery:
    """One message as it arrived, with the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text a person reads."""
        body = self.message.get_body(("plain",))
        return "" if body is None else body.get_content()

    @property
    def html(self) -> str:
        """The same as a page."""
        body = self.message.get_body(("html",))
        return "" if body is None else body.get_content()


@dataclass
class MailCatcher:
    """What arrived so far; the server's thread adds, the test reads."""

    url: str = ""
    """The server's address, as `smtp://127.0.0.1:<port>`."""

    deliveries: list[Delivery] = field(default_factory=list)
    """In order of arrival."""

    refusal: str = ""
    """The SMTP answer to give instead of accepting, such as `451 Try later.`"""

    _arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages alone, in order of arrival."""
        return [delivery.message for delivery in self.deliveries]

    def wait_for(self, count: int, timeout: float = 10) -> list[EmailMessage]:
        """Wait until `count` messages have arrived in all, and return them.

        Raises:
            TimeoutError: fewer came within `timeout` seconds.
        """
        with self._arrived:
            enough = self._arrived.wait_for(
                lambda: len(self.deliveries) >= count, timeout
            )
        if not enough:
            subjects = [message["subject"] for message in self.messages]
            raise TimeoutError(f"{len(subjects)} of {count} messages came: {subjects}")
        return self.messages

    def wait_for_one(
        self, recipient: str, subject: str, *, after: int = 0, timeout: float = 10
    ) -> Delivery:
        """Wait for a message to `recipient` among those that follow the first `after`.

        Others, to other people or about other things, may arrive in between.

        Raises:
            TimeoutError: none came within `timeout` seconds.
        """

        def find() -> Delivery | None:
            return next(
                (
                    each
                    for each in self.deliveries[after:]
                    if recipient in each.recipients
                    and each.message["subject"] == subject
                ),
                None,
            )

        with self._arrived:
            found = self._arrived.wait_for(find, timeout)
        if found is None:
            raise TimeoutError(f"“{subject}” did not come to {recipient}")
        return found

    async def handle_DATA(  # noqa: N802  # the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, or refuse it where the test has asked for that."""
        if self.refusal:
            return self.refusal
        # On the wire a line ends with CR LF; in Python, and in tests, with LF.
        content = (envelope.original_content or b"").replace(b"\r\n", b"\n")
        delivery = Delivery(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=message_from_bytes(content, policy=policy.default),
        )
        with self._arrived:
            self.deliveries.append(delivery)
            self._arrived.notify_all()
        return "250 Message accepted for delivery"


class FreePortController(Controller):
    """A controller that lets the system choose the port."""

    def _trigger_server(self) -> None:
        """Learn the port before the server is first spoken to."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def catching_mail() -> Iterator[MailCatcher]:
    """Run a server on a free port for as long as the block lasts."""
    catcher = MailCatcher()
    controller = FreePortController(catcher, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        catcher.url = f"smtp://127.0.0.1:{controller.port}"
        yield catcher
    finally:
        controller.stop()
