"""What the door page is kept with: the whole of one release, by its hashes."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tracker import views

STATIC = Path(views.__file__).parent.parent / "static"
PAGE_ONLY = {"js/door/pair.js", "js/door/shell-worker.js"}


IMPORT = re.compile(r'(?:from|import)\(? ?"(\.[^"]+)"')


def fetch(client, path):
    """Ask for a file, and let go of it."""
    with client.get(path) as answer:
        return answer.status_code, answer.mimetype, answer.data


@pytest.fixture
def shell(client):
    """The list that stands above the worker."""
    script = client.get("/scan/sw.js").text
    return json.loads(script.partition("self.SHELL = ")[2].partition(";\n")[0])


def test_every_file_of_the_page_is_listed_with_the_hash_of_its_content(shell, client):
    for path, digest in shell["files"].items():
        status, _, content = fetch(client, path)
        assert (status, hashlib.sha256(content).hexdigest()) == (200, digest), path


def test_everything_that_the_page_loads_is_listed(shell, client):
    page = client.get("/scan").text
    linked = set(re.findall(r'(?:href|src)="(/static/[^"?]+)', page))
    modules = {
        f"/static/{path.relative_to(STATIC).as_posix()}"
        for path in (STATIC / "js" / "door").glob("*.js")
    }
    wanted = linked | modules - {f"/static/{path}" for path in PAGE_ONLY}

    decoder = {"/static/js/door/decode-worker.js"}  # kept under its own address
    assert wanted - decoder <= shell["files"].keys()


def test_what_modules_import_is_listed(shell):
    for path in (STATIC / "js" / "door").glob("*.js"):
        if path.relative_to(STATIC).as_posix() in PAGE_ONLY:
            continue
        for imported in IMPORT.findall(path.read_text()):
            target = (path.parent / imported).resolve().relative_to(STATIC.resolve())
            assert f"/static/{target.as_posix()}" in shell["files"], imported


def test_nothing_else_is_listed(shell):
    others = [path for path in shell["files"] if not path.startswith("/static/")]

    assert others == ["/scan", "/scan/decode-worker.js"]


def test_the_worker_rules_the_page_and_is_never_kept_by_the_way(client):
    answer = client.get("/scan/sw.js")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/scan"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_page_is_the_same_for_everybody(client):
    pages = {client.get("/scan", headers={"Cookie": f"x={n}"}).data for n in range(3)}

    assert len(pages) == 1
    assert "Set-Cookie" not in client.get("/scan").headers


def test_below_another_path_all_addresses_move_along(client):
    script = client.get("/scan/sw.js", environ_overrides={"SCRIPT_NAME": "/muster"})
    files = json.loads(script.text.partition("self.SHELL = ")[2].partition(";\n")[0])

    assert all(path.startswith("/muster/") for path in files["files"])
    assert script.headers["Service-Worker-Allowed"] == "/muster/scan"


def test_the_page_can_be_installed_under_a_name_without_topic_or_place(client):
    page = client.get("/scan").text
    (address,) = re.findall(r'rel="manifest" href="([^"]+)"', page)
    _, kind, content = fetch(client, address)
    manifest = json.loads(content)

    assert kind == "application/manifest+json"
    assert (manifest["name"], manifest["display"]) == ("Muster door", "standalone")
    assert (manifest["start_url"], manifest["scope"]) == ("../scan", "../scan")
    for icon in manifest["icons"]:
        assert fetch(client, f"/static/{icon['src']}")[:2] == (200, "image/png")


def test_nothing_here_ever_clears_what_a_browser_keeps(client):
    for address in ("/scan", "/scan/sw.js", "/scan/decode-worker.js", "/scan/pair"):
        assert "Clear-Site-Data" not in client.get(address).headers
