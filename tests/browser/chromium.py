"""Starting the browser, and the camera it is shown."""

import os
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tools.browser import find_chromium

FLAGS = (
    "--no-sandbox",  # it is refused to root, which containers run as
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright, *flags: str) -> Browser:
    """Start the system's Chromium without a window.

    Raises:
        RuntimeError: there is none; `make test` would have installed one.
    """
    path = find_chromium()
    if path is None:
        named = os.environ.get("CHROMIUM")
        raise RuntimeError(
            f"CHROMIUM names no browser that starts: {named}"
            if named
            else "There is no Chromium; `make test` installs one."
        )
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


def camera_flags(film: Path | None = None) -> list[str]:
    """Flags for a browser that has a camera and may use it without asking.

    Args:
        film: an .mjpeg file from `camera.write_film`, which the camera shows again
            and again; without one it shows Chromium's green test picture.
    """
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    if film is not None:
        flags.append(f"--use-file-for-fake-video-capture={film.resolve()}")
    return flags
