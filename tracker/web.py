"""What every answer carries: headers, hashed assets, compression, size limits."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.routing import IntegerConverter

from tracker import access
from tracker.charts import arc
from tracker.db import end_reading

YEAR = 365 * 24 * 3600
DRAWN_LEVEL = 5  # of gzip's nine; of pages that are drawn anew
COMPRESSED_FROM = 600
COMPRESSED_TYPES = (
    "text/",
    "application/javascript",
    "application/json",
    "application/problem+json",
    "application/wasm",
    "image/svg+xml",
)

PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; media-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types muster"
)
HEADERS = {
    "Content-Security-Policy": PAGE_CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), screen-wake-lock=(self), microphone=(), geolocation=()"
    ),
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",  # the public pages say otherwise themselves
}


def init_app(app: Flask) -> None:
    """Install limits, headers, compression and what templates may use."""
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 512 * 1024
    app.config["MAX_FORM_PARTS"] = 2_000
    app.session_interface = FormSessions()
    app.url_map.converters["int"] = SmallNumber
    app.before_request(_refuse_unknown_host)
    app.before_request(_refuse_unreadable_address)
    app.after_request(_finish)
    app.jinja_env.globals.update(asset=asset, arc=arc)
    app.context_processor(lambda: {"current": Current()})


def _refuse_unknown_host() -> None:
    """Answer under our own names only, before anything else looks at the request.

    Flask's TRUSTED_HOSTS knows no IPv6 address, and fails before there is a page
    to say so on.
    """
    try:
        name = urlsplit(f"//{request.host}").hostname
    except ValueError:
        name = None
    if name not in current_app.extensions["hosts"]:
        raise BadRequest


def _refuse_unreadable_address() -> None:
    """Answer that nothing is at an address with control characters in it.

    No id of ours holds one, and PostgreSQL takes no zero byte to look for.
    """
    if any(char < " " or char == "\x7f" for char in request.path):
        raise NotFound


class SmallNumber(IntegerConverter):
    """A number in an address: of digits that any database can look for."""

    regex = "[0-9]{1,9}"


class FormSessions(SecureCookieSessionInterface):
    """Flask's cookie, which holds the CSRF token; its signer is made once."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer, which Flask would make at each request."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


class Current:
    """Who is signed in, as templates see it."""

    @property
    def user(self) -> object:
        """The member of staff, or None."""
        return access.find_user()

    @property
    def person(self) -> object:
        """The participant, or None."""
        return access.find_person()


def page(template: str, status: int = 200, **context: object) -> Response:
    """Render a page after the transaction has ended (trust.md, I15).

    Templates get values that are loaded already; one that asks the database
    fails loudly.
    """
    end_reading()
    return Response(render_template(template, **context), status)


def asset(path: str) -> str:
    """Return a static file's address with its hash, so that it never goes stale."""
    return url_for("static", filename=path, v=_hash(path))


@lru_cache(maxsize=512)
def _hash(path: str) -> str:
    folder = Path(current_app.static_folder or "")
    return hashlib.sha256((folder / path).read_bytes()).hexdigest()[:12]


def _finish(response: Response) -> Response:
    present = set(response.headers.keys())
    response.headers.extend(
        [(name, value) for name, value in HEADERS.items() if name not in present]
    )
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = (
            f"max-age={2 * YEAR}; includeSubDomains"
        )
    _set_caching(response)
    _compress(response)
    return response


def _set_caching(response: Response) -> None:
    if request.endpoint == "static":
        response.headers["Cache-Control"] = (
            f"public, max-age={YEAR}, immutable"
            if _is_named_by_content(response)
            else "no-cache"
        )
        return
    response.headers.setdefault(
        "Cache-Control", "no-cache" if _is_open() else "no-store"
    )
    response.vary.add("Cookie")


def _is_named_by_content(response: Response) -> bool:
    """Say whether a file's address holds the hash of this very file.

    During an upgrade, an old process may be asked for a new page's file: what it
    has must not be kept under that address.
    """
    if response.status_code != 200 or request.view_args is None:
        return False
    return request.args.get("v") == _hash(request.view_args["filename"])


def _is_open() -> bool:
    """Say whether the answer is the same for everybody."""
    if request.endpoint is None:
        return True
    declared = access.declared_access(current_app, request.endpoint)
    is_public = declared is not None and declared.audience is access.Audience.PUBLIC
    return is_public and not g.get("sign_in")


def _compress(response: Response) -> None:
    content_type = response.content_type or ""
    if (
        not request.accept_encodings["gzip"]
        or response.status_code not in {200, 404}
        or response.headers.get("Content-Encoding")
        or not content_type.startswith(COMPRESSED_TYPES)
    ):
        return
    response.vary.add("Accept-Encoding")
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < COMPRESSED_FROM:
        return
    response.set_data(_squeezed(body))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:  # weak: compressed or not, it is the same to whoever asks again
        response.set_etag(etag, weak=True)


def _squeezed(body: bytes) -> bytes:
    """Compress a body; the same one again costs nothing where many ask for it."""
    endpoint = request.endpoint
    if endpoint == "static":
        return _squeeze(body)
    declared = access.declared_access(current_app, endpoint) if endpoint else None
    is_shared = declared is not None and declared.is_polled
    return (_squeeze_drawing if is_shared else _squeeze_page)(body)


def _squeeze_page(body: bytes) -> bytes:
    return gzip.compress(body, DRAWN_LEVEL)


@lru_cache(maxsize=32)
def _squeeze_drawing(body: bytes) -> bytes:
    """Compress what a hundred viewers ask for within the same second, once."""
    return _squeeze_page(body)


@lru_cache(maxsize=128)
def _squeeze(body: bytes) -> bytes:
    """Compress a static file well, once per process."""
    return gzip.compress(body, 9)
