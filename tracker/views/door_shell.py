"""The door page without a network: its worker, and the list of what that keeps."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access

bp = Blueprint("door_shell", __name__)

# The worker runs nothing but itself, and fetches from here only.
WORKER_CSP = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
WORKER = "js/door/shell-worker.js"
DECODER = "js/door/decode-worker.js"

# What the page loads, below the folder of static files.
KEPT = (
    "css/tokens.css",
    "css/base.css",
    "css/components.css",
    "css/scan.css",
    "door.webmanifest",
    "favicon.svg",
    "fonts/*.woff2",
    "icons/door-*.png",
    "js/door/*.js",
    "vendor/qr/*.js",
    "vendor/zxing-wasm/*.js",
    "vendor/zxing-wasm/*.wasm",
)
APART = {WORKER, DECODER, "js/door/pair.js"}  # not loaded by the page, or not there


@bp.get("/scan/sw.js")
@access.public
def worker() -> ResponseReturnValue:
    """Serve the worker, with the files of this release and their hashes above it.

    Any change of any file changes this script, and so the browser takes all of
    them anew, together. It rules `/scan` itself, which is above its own folder.
    """
    response = Response(written_for(request.script_root), mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = WORKER_CSP
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = f"{request.script_root}/scan"
    return response


@lru_cache(maxsize=8)
def written_for(root: str) -> str:
    """Return the worker of an application below `root`, once per process."""
    folder = Path(current_app.static_folder or "")
    files = {
        f"{root}/scan": _hash(render_template("door/scan.html").encode()),
        f"{root}/scan/decode-worker.js": _hash((folder / DECODER).read_bytes()),
    }
    files |= {
        url_for("static", filename=path): _hash((folder / path).read_bytes())
        for path in _list_kept(folder)
    }
    version = _hash(json.dumps(files).encode())[:16]
    shell = json.dumps({"root": root, "version": version, "files": files}, indent=1)
    return f"self.SHELL = {shell};\n{(folder / WORKER).read_text()}"


def _list_kept(folder: Path) -> list[str]:
    found = {
        path.relative_to(folder).as_posix()
        for pattern in KEPT
        for path in folder.glob(pattern)
    }
    return sorted(found - APART)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
