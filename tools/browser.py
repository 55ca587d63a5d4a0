"""Find the Chromium that the tests drive, or install one; and what drives it.

    python -m tools.browser

The system's own is preferred to Playwright's download: it is there on many
machines, and Debian's package brings the libraries it needs.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import playwright

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


def provide_browser() -> None:
    """Make sure there is a browser, and that Playwright can drive it.

    What is missing is installed where the machine allows it; otherwise this ends
    the program with a sentence that says what a person has to do.
    """
    provide_driver()
    if find_chromium():
        return
    if os.environ.get("CHROMIUM"):
        sys.exit("CHROMIUM names no browser that starts; correct or unset it.")
    print("Installing a browser for the tests.", flush=True)
    if not (install_with_apt("chromium") and find_chromium()):
        install_with_playwright()
    if not find_chromium():
        sys.exit(
            "The tests need Chromium or Google Chrome, and none could be installed. "
            "Install one, or name it: make test CHROMIUM=/path/to/chromium"
        )


def provide_driver() -> None:
    """Make sure the Node.js in Playwright's wheel starts.

    It is linked to libatomic, which the smallest Debian systems are without.
    """
    if driver_fault() and install_with_apt("libatomic1"):
        print("Installed libatomic1 for Playwright.", flush=True)
    if fault := driver_fault():
        sys.exit(f"Playwright's own Node.js does not start: {fault}")


def driver_fault() -> str | None:
    """Return what keeps Playwright's Node.js from starting, or None."""
    driver = Path(playwright.__file__).parent / "driver" / "node"
    asked = subprocess.run(
        [driver, "--version"], capture_output=True, text=True, check=False
    )
    return asked.stderr.strip() or "it says nothing" if asked.returncode else None


def install_with_apt(package: str) -> bool:
    """Install a package of Debian's; False where that is not ours to do."""
    as_root: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not all(map(shutil.which, ["apt-get", *as_root[:1]])):
        return False
    quiet = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    return succeeds([*quiet, "update"]) and succeeds(
        [*quiet, "install", "-y", "--no-install-recommends", package]
    )


def install_with_playwright() -> None:
    """Let Playwright download its own build."""
    succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def succeeds(command: list[str]) -> bool:
    """Run a program that may fail, its output kept for standard error."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    return done.returncode == 0


if __name__ == "__main__":
    provide_browser()
