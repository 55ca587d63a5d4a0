"""Which views take a file, and how large: every other body is small (web.py)."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
FORM_BYTES = 64 * 1024  # of a form's other fields, and its boundaries


def takes_upload(most_bytes: int) -> Callable[[View], View]:
    """Let a view take a file of that size, beside its other fields."""

    def declare(view: View) -> View:
        view.__most_bytes__ = most_bytes  # type: ignore[attr-defined]  # read below
        return view

    return declare


class UploadRequest(Request):
    """A request whose files stay in memory: a temporary one would not be sealed."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        """Return where Werkzeug puts a file; the body's size is limited."""
        return BytesIO()


def init_app(app: Flask) -> None:
    """Raise the limit before anything reads a form; the guard has let it through."""
    app.request_class = UploadRequest
    app.before_request(_allow_upload)


def most_bytes() -> int | None:
    """Return how large a file the view of this request takes; None: it takes none."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__most_bytes__", None)


def _allow_upload() -> None:
    if (most := most_bytes()) is not None:
        request.max_content_length = most + FORM_BYTES
