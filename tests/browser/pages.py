"""What tests do with any page: wait for it, and notice what goes wrong in it."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

PHONE: Mapping[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1440, "height": 900}}

LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]"}


def wait_js(page: Page, expression: str, arg: Any = None, timeout: float = 10) -> Any:
    """Evaluate JavaScript in the page until it gives something true; return that.

    Playwright's `wait_for_function` compiles the text inside the page, which our
    content security policy forbids; `evaluate` goes round it by the debugger.

    Raises:
        TimeoutError: it stayed false for `timeout` seconds.
    """
    give_up_at = time.monotonic() + timeout
    while time.monotonic() < give_up_at:
        try:
            if value := page.evaluate(expression, arg):
                return value
        except Error as error:
            if "Execution context was destroyed" not in error.message:
                raise  # that one only says that the page is being left
        page.wait_for_timeout(20)
    raise TimeoutError(f"still false after {timeout} s on {page.url}: {expression}")


class PageErrors:
    """Everything that went wrong in the pages of one test, unless it allowed it.

    Wrong are exceptions nobody caught, errors and warnings on the console (a
    breach of the content security policy is one, an answer of 400 or more is
    another), and requests that leave this machine.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Take errors that this regular expression finds as part of the test."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """What was seen and not allowed, in order."""
        return [
            error
            for error in self.seen
            if not any(pattern.search(error) for pattern in self._allowed)
        ]

    def watch(self, context: BrowserContext) -> None:
        """Notice what goes wrong in every page of this context."""
        context.on("console", self._console)
        context.on("weberror", lambda e: self.seen.append(f"uncaught: {e.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            place = message.location.get("url", "")
            self.seen.append(f"console {message.type}: {message.text} ({place})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.hostname not in LOCAL_HOSTS:
            self.seen.append(f"request to elsewhere: {request.url}")
