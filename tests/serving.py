"""The application behind real sockets, in a thread of the test.

In the same process the test keeps its hands on the application: it moves the
clock, and reads the database without asking a page.
"""

import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator


class QuietHandler(WSGIRequestHandler):
    """Answers without writing a line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing; errors are still logged."""


class Answering:
    """An application of which one knows when it answers nobody any more.

    The server's threads outlive it: one that still answered would open a connection
    to the database after all have been closed.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._change = threading.Condition()
        self._count = 0
        self._is_over = False

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with self._change:
            if self._is_over:
                start_response("503 Service Unavailable", [])
                return []
            self._count += 1
        try:
            return ClosingIterator(self._app(environ, start_response), self._done)
        except BaseException:
            self._done()
            raise

    def _done(self) -> None:
        with self._change:
            self._count -= 1
            self._change.notify_all()

    def end(self) -> None:
        """Answer nobody from now on, and wait for those who are being answered."""
        with self._change:
            self._is_over = True
            self._change.wait_for(lambda: self._count == 0, timeout=20)


@contextlib.contextmanager
def serve(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """Serve an application on this machine for as long as the block lasts.

    Args:
        app: any WSGI application.
        port: 0 takes a free one; a test that stops the server and comes back
            names the port it had.

    Yields:
        The address without a slash at the end, such as `http://127.0.0.1:40123`.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    answering = Answering(app)
    server = make_server(
        "127.0.0.1", port, answering, threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        answering.end()
