"""The application behind real sockets, in a thread of the test.

In the same process the test keeps its hands on the application: it moves the
clock, and reads the database without asking a page.
"""

import contextlib
import logging
import threading
from collections.abc import Iterator
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    """Answers without writing a line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing; errors are still logged."""


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
    server = make_server(
        "127.0.0.1", port, app, threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
