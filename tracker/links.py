"""Addresses for mails and documents: only ever under TRACKER_BASE_URL."""

from urllib.parse import urlsplit

from flask import current_app

from tracker.config import Settings


def settings() -> Settings:
    """Return the running application's settings."""
    found: Settings = current_app.extensions["settings"]
    return found


def absolute(path: str) -> str:
    """Return the public address of a path of this application."""
    return settings().base_url + path


def host() -> str:
    """Return the public host, as it is printed."""
    return urlsplit(settings().base_url).netloc
