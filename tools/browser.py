"""Find the Chromium that the tests drive, or install one.

The system's own is preferred to Playwright's download: it is there on many
machines, and Debian's package brings the libraries it needs.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """Return the path of a browser that starts, or None where there is none.

    `CHROMIUM` in the environment names one and is then the only candidate, so
    that a wrong path is noticed instead of another browser being used.
    """
    if named := os.environ.get("CHROMIUM"):
        return named if starts(named) else None
    found = [shutil.which(name) for name in NAMES]
    candidates = [*found, *MAC_APPS, playwright_chromium()]
    return next((path for path in candidates if path and starts(path)), None)


def starts(path: str) -> bool:
    """Say whether the program runs; Ubuntu has a `chromium` that does not."""
    if not Path(path).is_file():
        return False
    asked = subprocess.run([path, "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def playwright_chromium() -> str | None:
    """Return the path of the browser Playwright has downloaded, if it has."""
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright:\n"
        "    print(playwright.chromium.executable_path)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None


def provide_chromium() -> None:
    """Make sure there is a browser, installing one where the machine allows it."""
    if find_chromium():
        return
    if os.environ.get("CHROMIUM"):
        sys.exit("CHROMIUM names no browser that starts; correct or unset it.")
    print("Installing a browser for the tests.", flush=True)
    for install in (install_with_apt, install_with_playwright):
        if install() and find_chromium():
            return
    sys.exit(
        "The tests need Chromium or Google Chrome, and none could be installed. "
        "Install one, or name it: make test CHROMIUM=/path/to/chromium"
    )


def install_with_apt() -> bool:
    """Install Debian's package; False where that is not ours to do."""
    as_root: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not all(map(shutil.which, ["apt-get", *as_root[:1]])):
        return False
    quiet = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    return succeeds([*quiet, "update"]) and succeeds(
        [*quiet, "install", "-y", "--no-install-recommends", "chromium"]
    )


def install_with_playwright() -> bool:
    """Let Playwright download its own build."""
    return succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def succeeds(command: list[str]) -> bool:
    """Run a program that may fail, its output kept for standard error."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    return done.returncode == 0
