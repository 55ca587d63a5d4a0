"""A browser per worker, a context per person, and a server per test."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser.chromium import camera_flags, launch
from tests.browser.desk import desk, screen
from tests.browser.hall import hall, participant, projector
from tests.browser.pages import DESKTOP, PageErrors
from tests.browser.scene import phone, scene
from tests.serving import serve

# A machine that runs two tests at once may take its time.
expect.set_options(timeout=20_000)

# Fixtures, defined where they belong.
__all__ = [
    "desk",
    "hall",
    "participant",
    "phone",
    "projector",
    "scene",
    "screen",
]


class OpenPage(Protocol):
    """The `open_page` fixture: a page in a browser of its own, for one person."""

    def __call__(
        self,
        device: Mapping[str, Any] = DESKTOP,
        *,
        browser: Browser | None = None,
        **options: Any,
    ) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with a browser is a slow one, without saying so each time."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself. While it runs, asyncio.run() does not work in this thread."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The worker's browser; it has a camera that shows a test picture."""
    browser = launch(playwright, *camera_flags())
    yield browser
    browser.close()


@pytest.fixture
def camera_browser(playwright: Playwright) -> Iterator[Callable[[Path], Browser]]:
    """A function that starts a browser whose camera shows a film."""
    with contextlib.ExitStack() as stack:

        def start(film: Path) -> Browser:
            started = launch(playwright, *camera_flags(film))
            stack.callback(started.close)
            return started

        yield start


@pytest.fixture
def page_errors() -> Iterator[PageErrors]:
    """What goes wrong in the test's pages; the test fails unless it allowed it."""
    errors = PageErrors()
    yield errors
    assert errors.unexpected == []


@pytest.fixture
def open_page(browser: Browser, page_errors: PageErrors) -> Iterator[OpenPage]:
    """A function that opens an empty page in a context of its own: one person.

    It takes PHONE or DESKTOP, a browser other than the worker's, and the options
    of Playwright's `new_context`, such as `color_scheme="dark"`. Motion is reduced
    unless the test asks for it, so that nothing is judged half-way through a fade.
    """
    with contextlib.ExitStack() as stack:

        def open_for_a_person(
            device: Mapping[str, Any] = DESKTOP,
            *,
            browser: Browser | None = browser,
            **options: Any,
        ) -> Page:
            assert browser is not None
            settings = {"reduced_motion": "reduce", **device, **options}
            context = browser.new_context(**settings)
            stack.callback(context.close)
            page_errors.watch(context)
            return context.new_page()

        yield open_for_a_person


@pytest.fixture
def live_server() -> Iterator[Callable[[WSGIApplication], str]]:
    """A function that serves an application until the test ends; gives its address."""
    with contextlib.ExitStack() as stack:
        yield lambda app: stack.enter_context(serve(app))
