"""What lies between a door and its server: a network that does what a test says."""

import socket
import time
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PORTAL = b"<!doctype html><title>Welcome</title><h1>Welcome to our hotel</h1>"

Weather = Callable[[WSGIApplication, WSGIEnvironment, StartResponse], Iterable[bytes]]


class Network:
    """An application behind a network; `weather` says what becomes of a request."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.weather: Weather = fine
        self.asked: list[str] = []

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request as the weather allows."""
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return self.weather(self._app, environ, start_response)


def fine(
    app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Let everything through."""
    return app(environ, start_response)


def portal(
    _app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer everything with the page of a hotel, as if it were all right."""
    _read(environ)
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [PORTAL]


def lost_answers(
    app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Let what is sent arrive and be committed, and the answer to it be lost."""
    if environ["REQUEST_METHOD"] != "POST":
        return app(environ, start_response)
    answer = app(environ, lambda *_: lambda _: None)
    list(answer)
    getattr(answer, "close", lambda: None)()
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionError("the answer was lost")


def refusing(
    status: str, *headers: tuple[str, str], kind: str = "text/html"
) -> Weather:
    """Answer whatever is posted with this status, and hold nothing of it."""

    def refuse(
        app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        _read(environ)
        start_response(status, [("Content-Type", kind), *headers])
        return [PORTAL]

    return refuse


def slow(seconds: float, method: str = "POST") -> Weather:
    """Let everything through; what the API is asked with this method, late."""

    def wait(
        app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        is_api = environ["PATH_INFO"].startswith("/api/")
        if is_api and environ["REQUEST_METHOD"] == method:
            time.sleep(seconds)
        return app(environ, start_response)

    return wait


def _read(environ: WSGIEnvironment) -> None:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
