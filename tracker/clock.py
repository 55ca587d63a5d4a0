"""The one clock. Everything that asks for the time asks here."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import current_app

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the machine's time as an aware UTC datetime."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the application's time (aware, UTC); tests inject their own clock."""
    clock: Clock = current_app.extensions["clock"]
    return clock().astimezone(UTC)
