"""Muster: attendance, evaluation and certificates for live trainings."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from tracker import (
    access,
    clock,
    db,
    driver_sql,
    keys,
    problems,
    uploads,
    views,
    web,
)
from tracker.clock import Clock
from tracker.config import Settings, read_settings, shipped_folder
from tracker.routing import LateRule
from tracker.services import schedules

__version__ = "0.1.0"

csrf = CSRFProtect()


class Tracker(Flask):
    """The application; each request's view is one unit of work, retried whole."""

    url_rule_class = LateRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` itself: no view is async, and to find that out costs."""
        return func

    def dispatch_request(self) -> Any:
        """Run the view again where the database was only busy."""
        return db.retrying(super().dispatch_request)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Route also for a host that is no name at all.

        It is refused like any unknown one (web.py); the page that says so needs
        the addresses of its files.
        """
        try:
            return super().create_url_adapter(request)
        except HTTPException:
            return self.url_map.bind("localhost")

    def handle_exception(self, e: Exception) -> Response:
        """Answer a fault that an error handler met; Flask would ask it once more."""
        if self.testing:
            raise e
        return self.finalize_request(
            problems.show_last_fault(e), from_error_handler=True
        )


def create_app(
    settings: Settings | None = None, *, clock: Clock = clock.system_clock
) -> Flask:
    """Build the application: wiring only.

    Raises:
        SettingsError: a setting is missing, malformed or unsafe.
    """
    settings = settings or read_settings()
    app = Tracker(__name__, template_folder=str(shipped_folder("templates")))
    app.extensions["clock"] = clock
    app.extensions["settings"] = settings
    app.extensions["hosts"] = trusted_hosts(settings)
    configure(app, settings)
    for part in (web, access, uploads, problems, views):
        part.init_app(app)
    csrf.init_app(app)
    csrf.exempt(views.api.bp)  # bearer tokens only: no cookie, nothing to forge
    csrf.exempt(views.door.pair)  # a JSON call that takes no cookie either
    access.refuse_undeclared(app)
    schedules.cached_schedule.cache_clear()  # this may be another database
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Turn settings into what Flask and its extensions read."""
    ring = keys.KeyRing(settings.secret_key)
    keys.install(ring)
    app.config.update(
        SECRET_KEY=ring.derive("flask session").hex(),
        SESSION_COOKIE_NAME="muster_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=False,
        DEBUG=settings.debug,
        JSON_SORT_KEYS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    db.init_app(app, settings.database_url)
    driver_sql.init_app(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        wrap: Callable[..., Any] = ProxyFix(
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
        app.wsgi_app = wrap  # type: ignore[method-assign]  # Flask's documented way


def trusted_hosts(settings: Settings) -> frozenset[str]:
    """Return the host names, without port, that this application answers to."""
    own = urlsplit(settings.base_url).hostname or ""
    local = ("127.0.0.1", "localhost", "::1") if settings.is_local else ()
    named = (name.strip("[]").lower() for name in settings.trusted_hosts)
    return frozenset({own, *local, *named})
