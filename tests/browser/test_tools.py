"""The browser tests' own tools, on small pages with the strictest policy."""

import base64
import hashlib
import io
import time
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from tests.browser.axe import axe
from tests.browser.camera import CanvasCamera, frame, write_film
from tests.browser.pages import DESKTOP, PHONE, PageErrors, wait_js
from tests.serving import serve

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:"

PAGE = """<!doctype html><html lang="en"><head><meta name="viewport"
content="width=device-width"><title>A page</title><link rel="icon" href="data:,">
<script src="/script.js" defer></script></head><body><main><h1>A page</h1>
<video muted playsinline aria-label="camera"></video><canvas></canvas>
</main></body></html>"""

SCRIPT = """
(async () => {
  const video = document.querySelector("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  const canvas = document.querySelector("canvas");
  const draw = () => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    window.picture = () => canvas.toDataURL("image/png");
    video.requestVideoFrameCallback(draw);
  };
  video.requestVideoFrameCallback(draw);
})();
"""


def camera_page(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """A page that copies what the camera sees to a canvas, frame by frame."""
    is_script = environ["PATH_INFO"] == "/script.js"
    kind = "text/javascript" if is_script else "text/html; charset=utf-8"
    headers = [("Content-Type", kind), ("Content-Security-Policy", POLICY)]
    start_response("200 OK", headers)
    return [(SCRIPT if is_script else PAGE).encode()]


def code_in_view(page: Page) -> str | None:
    """Read the code in the newest frame that the page has seen."""
    picture = wait_js(page, "window.picture && picture()")
    pixels = Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2])))
    codes = zxingcpp.read_barcodes(pixels)
    return codes[0].text if codes else None


def wait_for_code(page: Page, text: str | None) -> None:
    """Look at frames until this code, or none, is in view."""
    give_up_at = time.monotonic() + 20
    while (seen := code_in_view(page)) != text:
        assert time.monotonic() < give_up_at, f"never saw {text}, last {seen}"
        page.wait_for_timeout(50)


def test_a_film_holds_its_codes_before_the_camera_in_turn(
    live_server, camera_browser, open_page, tmp_path
):
    shown: list[tuple[str | None, float]] = [("FIRST", 1), (None, 0.5), ("SECOND", 1)]
    film = write_film(tmp_path / "door.mjpeg", shown, size=(640, 480))
    page = open_page(browser=camera_browser(film))

    page.goto(live_server(camera_page))

    for text in ("FIRST", None, "SECOND", "FIRST"):
        wait_for_code(page, text)


def test_the_canvas_camera_shows_what_the_test_says_when_it_says_so(
    live_server, open_page
):
    page = open_page(PHONE)
    camera = CanvasCamera(page)
    page.goto(live_server(camera_page))

    for text in ("MUSTER-1", None, "MUSTER-2"):
        if text:
            camera.show(text)
        else:
            camera.hide()
        wait_for_code(page, text)


def test_the_canvas_camera_tells_when_a_code_came_into_view(live_server, open_page):
    page = open_page()
    camera = CanvasCamera(page)
    page.goto(live_server(camera_page))

    before = page.evaluate("performance.now()")
    shown_at = camera.show("MUSTER-1")
    after = page.evaluate("performance.now()")

    assert before <= shown_at <= after


def test_a_painted_code_reads_back():
    codes = zxingcpp.read_barcodes(frame("HTTPS://EXAMPLE.ORG/P/ABC", (640, 480)))

    assert [code.text for code in codes] == ["HTTPS://EXAMPLE.ORG/P/ABC"]


def test_wait_js_waits_for_what_the_page_does_later(live_server, open_page):
    page = open_page()
    page.goto(live_server(camera_page))
    page.evaluate("setTimeout(() => { window.later = {done: 3} }, 150) && 0")

    assert wait_js(page, "window.later && window.later.done") == 3


def test_wait_js_gives_up_and_names_what_it_waited_for(live_server, open_page):
    page = open_page()
    page.goto(live_server(camera_page))

    with pytest.raises(TimeoutError, match=r"window\.never"):
        wait_js(page, "window.never", timeout=0.1)


def test_devices_have_the_sizes_and_the_scheme_asked_for(live_server, open_page):
    phone = open_page(PHONE, color_scheme="dark")
    desktop = open_page(DESKTOP)
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    asked = f"[screen.width, screen.height, {dark}]"
    url = live_server(camera_page)
    phone.goto(url)
    desktop.goto(url)

    assert phone.evaluate(asked) == [390, 844, True]
    assert desktop.evaluate(asked) == [1440, 900, False]


def test_axe_finds_nothing_wrong_with_a_proper_page(live_server, open_page):
    page = open_page()
    page.goto(live_server(camera_page))

    assert axe(page) == []


def test_axe_names_the_rule_and_the_place_of_what_is_wrong(live_server, open_page):
    page = open_page()
    page.goto(live_server(camera_page))
    page.evaluate(
        "document.querySelector('main').append(document.createElement('button'))"
    )

    (violation,) = axe(page)

    assert (violation.rule, violation.impact) == ("button-name", "critical")
    assert violation.places[0].startswith("button: ")


def test_axe_is_the_file_its_readme_names():
    folder = Path(__file__).parent / "axe"
    digest = hashlib.sha256((folder / "axe.min.js").read_bytes()).hexdigest()

    assert f"| {digest} |" in (folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("setTimeout(() => { throw new Error('lost') })", "uncaught: lost"),
        ("console.error('broken')", "console error: broken"),
        ("console.warn('odd')", "console warning: odd"),
        ("document.body.setAttribute('onclick', 'f()')", "Content Security Policy"),
        ("fetch('/script.js', {method: 'POST', mode: 'no-cors'})", None),
        ("fetch('http://elsewhere.invalid/')", "Content Security Policy"),
    ],
)
def test_what_goes_wrong_in_a_page_is_noticed(script, error, live_server, browser):
    errors = PageErrors()
    context = browser.new_context()
    errors.watch(context)
    page = context.new_page()
    page.goto(live_server(camera_page))

    page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(200)
    context.close()

    assert bool(errors.unexpected) == bool(error)
    assert error is None or error in errors.unexpected[0]


def test_a_request_that_leaves_this_machine_is_noticed(browser):
    errors = PageErrors()
    context = browser.new_context()
    errors.watch(context)

    context.new_page().set_content("<img src='http://elsewhere.invalid/a.png' alt=''>")
    context.close()

    assert errors.unexpected[0] == (
        "request to elsewhere: http://elsewhere.invalid/a.png"
    )


def test_an_answer_of_400_or_more_is_noticed_unless_the_test_allows_it(
    live_server, browser
):
    def missing(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("404 Not Found", [("Content-Type", "text/html")])
        return [b"<!doctype html><title>Nothing here</title>"]

    errors = PageErrors()
    context = browser.new_context()
    errors.watch(context)
    context.new_page().goto(live_server(missing))
    context.close()

    assert "status of 404" in errors.unexpected[0]
    errors.allow(r"status of 404")
    assert errors.unexpected == []


def test_a_server_that_comes_back_has_the_port_it_had(open_page):
    with serve(camera_page) as url:
        pass

    with serve(camera_page, int(url.rpartition(":")[2])) as again:
        open_page().goto(again)

    assert again == url
