"""QR codes held before a camera, in two ways.

A film (`write_film`, `chromium.camera_flags`) goes through Chromium's own camera
path, but what it shows is fixed before the browser starts. `CanvasCamera` takes
the place of `getUserMedia` in one page, and the test changes what it shows.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import qrcode
from PIL import Image
from playwright.sync_api import Page
from qrcode.constants import ERROR_CORRECT_M

FRAMES_PER_SECOND = 30  # at which Chromium plays an .mjpeg file
SURROUNDINGS = (96, 104, 112)
TILT_DEGREES = 8  # nobody holds a badge straight

CANVAS_CAMERA = Path(__file__).with_name("canvas_camera.js").read_text()


def write_film(
    path: Path,
    shown: Sequence[tuple[str | None, float]],
    size: tuple[int, int] = (1280, 720),
) -> Path:
    """Write a film in which QR codes are held before the camera, one by one.

    Args:
        path: where to write; the name must end in `.mjpeg`, the one form in which
            frames that are simply strung together are understood.
        shown: what is seen, in order, and for how many seconds; None is the
            surroundings alone. The film starts again when it is over.
        size: width and height in pixels.

    Returns:
        The path.
    """
    frames = (jpeg(frame(text, size)) * frame_count(time) for text, time in shown)
    path.write_bytes(b"".join(frames))
    return path


def frame_count(seconds: float) -> int:
    """How many frames fill this time."""
    return round(seconds * FRAMES_PER_SECOND)


def frame(text: str | None, size: tuple[int, int]) -> Image.Image:
    """Paint what the camera sees: the code on white, tilted, in the middle."""
    picture = Image.new("RGB", size, SURROUNDINGS)
    if text is not None:
        side = round(min(size) * 0.6)
        card = symbol(text).convert("RGB").resize((side, side), Image.Resampling.BOX)
        card = card.rotate(TILT_DEGREES, expand=True, fillcolor=SURROUNDINGS)
        left, top = (size[0] - card.width) // 2, (size[1] - card.height) // 2
        picture.paste(card, (left, top))
    return picture


def symbol(text: str) -> Image.Image:
    """Draw a QR code with its quiet zone, one pixel per module, scaled eightfold."""
    modules = code_modules(text)
    side = len(modules)
    small = Image.new("L", (side, side), 255)
    small.putdata([0 if dark else 255 for row in modules for dark in row])
    return small.resize((side * 8, side * 8), Image.Resampling.NEAREST)


def code_modules(text: str) -> list[list[bool]]:
    """Return the modules of a QR code, level M, border 4, row by row; True is dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def jpeg(picture: Image.Image) -> bytes:
    """Compress one frame."""
    compressed = io.BytesIO()
    picture.save(compressed, "JPEG", quality=85, subsampling="4:2:0")
    return compressed.getvalue()


class CanvasCamera:
    """The camera of one page; install it before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(CANVAS_CAMERA)

    def show(self, text: str) -> float:
        """Hold a code before the camera until something else is shown.

        A page that was loaded anew sees nothing again.

        Returns:
            When it came into view: the page's `performance.now()`, in milliseconds.
        """
        return self._show(code_modules(text))

    def hide(self) -> float:
        """Take the code away; the same time as `show` returns."""
        return self._show(None)

    def _show(self, modules: list[list[bool]] | None) -> float:
        at: float = self.page.evaluate("modules => canvasCamera.show(modules)", modules)
        return at
