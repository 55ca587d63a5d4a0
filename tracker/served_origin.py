"""The local address a server was last started on, for commands beside it.

Without TRACKER_BASE_URL a server names itself; `tracker users add` in another
terminal would not know its port. The file is a hint and nothing more: whatever
is no plain address of this very machine counts as if it were not there, so a
stale or broken one can at worst name a port on which nobody listens.
"""

import contextlib
import ipaddress
import os
import re
import tempfile
from pathlib import Path

FILE = "served-origin"
LONGEST = 64
# What `tracker run` and `tracker serve` write, and nothing else.
ORIGIN = re.compile(r"http://(127\.[0-9.]{5,11}):([1-9][0-9]{0,4})")


def keep_origin(instance: Path, origin: str) -> None:
    """Note which address is served now; whole or not at all.

    An instance folder that cannot be written is no reason not to serve.
    """
    with contextlib.suppress(OSError):
        _replace(instance / FILE, origin + "\n")


def _replace(path: Path, text: str) -> None:
    """Write beside the file and rename, so that nobody ever reads half of it."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def find_origin(instance: Path) -> str | None:
    """Return the local address that was last served from this instance, if known."""
    try:
        with (instance / FILE).open("rb") as file:
            text = file.read(LONGEST).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if _is_local_origin(text) else None


def _is_local_origin(text: str) -> bool:
    found = ORIGIN.fullmatch(text)
    if found is None or int(found[2]) > 65535:
        return False
    try:
        return ipaddress.ip_address(found[1]).is_loopback
    except ValueError:
        return False
