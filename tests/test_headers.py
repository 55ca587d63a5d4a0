"""What every page of every endpoint carries, for every kind of caller.

The pages come from the application: one that is added tomorrow is in here.
`tests/test_web.py` tests the same headers where one case says more.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.conftest import rolled_back
from tests.world import (
    CALLERS,
    ENDPOINTS,
    OURS,
    THEIRS,
    Caller,
    World,
    address_of,
    build_world,
    insiders,
)
from tracker import access
from tracker.access import Audience
from tracker.models.staff import Role

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
PAGES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
# Scripts without data; browsers ask each time whether they have changed.
SCRIPTS = {"participant.worker", "door.decode_worker", "door_shell.worker"}
READING = [each for each in ENDPOINTS if each[1] == "GET"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One engine is enough: no header depends on the database."""
    folder: Path = tmp_path_factory.mktemp("world")
    with build_world("sqlite", folder) as world:
        yield world


class _Inline(HTMLParser):
    """Finds what a policy without inline code would block, or should never see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if tag in {"style", "object", "embed", "iframe", "frame", "base"}:
            self.found.append(tag)
        if tag == "script" and not names.get("src", "").startswith("/static/"):
            self.found.append("script without a file of ours")
        for name, value in names.items():
            is_code = name.startswith("on") or name in {"style", "srcdoc"}
            if is_code or re.match(r"\s*(javascript|vbscript):", value, re.IGNORECASE):
                self.found.append(f"{tag} {name}")
            is_loaded = name == "src" or (tag == "link" and name == "href")
            if is_loaded and not value.startswith(("/", "data:")):
                self.found.append(f"{tag} {name} {value}")


def inline_in(page: str) -> list[str]:
    """Return what in a page is code within it, or comes from elsewhere."""
    reader = _Inline()
    reader.feed(page)
    return reader.found


def directives(answer: TestResponse) -> dict[str, str]:
    policy = answer.headers["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _, value in parts}


def faults_of(answer: TestResponse) -> list[str]:
    """Return what an answer lacks; `answer` was read and closed."""
    faults = [
        f"{name}: {answer.headers.get(name)}"
        for name, value in EVERYWHERE.items()
        if answer.headers.get(name) != value
    ]
    policy = directives(answer)
    wanted = PAGES if answer.mimetype == "text/html" else {"default-src": "'none'"}
    faults += [f"policy: {name}" for name in wanted if policy.get(name) != wanted[name]]
    if policy.get("frame-ancestors") != "'none'":
        faults.append("may be framed")
    if re.search(r"unsafe-inline|'unsafe-eval'|https?:|\*", str(policy)):
        faults.append("a loose policy")
    if "Permissions-Policy" not in answer.headers or "Server" in answer.headers:
        faults.append("permissions, or the server's name")
    if answer.mimetype == "text/html":
        faults += inline_in(answer.text)
    return faults


def caching_fault(
    world: World, endpoint: str, caller: Caller, answer: TestResponse
) -> str:
    """Say that somebody's own answer may be kept; nothing where it may not."""
    declared = access.declared_access(world.app, endpoint)
    assert declared
    is_private = declared.audience is not Audience.PUBLIC or caller.kind in {
        "participant",
        "user",
    }
    if endpoint in {"static", *SCRIPTS} or not is_private:
        return ""
    is_kept_apart = "Cookie" in answer.headers.get("Vary", "")
    if answer.headers["Cache-Control"] == "no-store" and is_kept_apart:
        return ""
    return f"caching: {answer.headers['Cache-Control']}"


@pytest.mark.parametrize(("rule", "method", "endpoint"), ENDPOINTS)
def test_every_answer_to_everybody_carries_the_headers(world, rule, method, endpoint):
    wrong = {}
    for at in (OURS, THEIRS):
        address = address_of(rule, world.values[at])
        for caller in CALLERS:
            answer = world.call(caller, method, address)
            faults = faults_of(answer)
            if fault := caching_fault(world, endpoint, caller, answer):
                faults.append(fault)
            if faults:
                wrong[caller.name, at, answer.status] = faults

    assert wrong == {}


# Error pages, each as a page and for programs.


def errors(world: World, accept: str) -> Iterator[TestResponse]:
    """Every status that an error can have, in order."""
    admin, _ = insiders("/staff")
    nobody = CALLERS[0]
    (door,) = (each for each in CALLERS if each.roles == {Role.DOOR})
    code = world.values[OURS]["code"]
    headers = {"Accept": accept}

    def ask(
        caller: Caller, method: str, address: str, data: Any = None
    ) -> TestResponse:
        with rolled_back(world.app):
            answer = world.client(caller).open(
                address, method=method, headers=headers, data=data
            )
            answer.get_data()
            answer.close()
        return answer

    token = {"csrf_token": world.form_token}
    yield ask(nobody, "POST", "/verify")
    yield ask(nobody, "GET", "/api/v1/offerings")
    yield ask(door, "GET", f"/staff/offerings/{code}/people")
    yield ask(admin, "GET", "/staff/offerings/NO-SUCH")
    yield ask(nobody, "GET", "/nothing/here")
    yield ask(admin, "DELETE", f"/staff/offerings/{code}")
    yield ask(nobody, "POST", "/verify", data=b"x" * 2_000_000)
    yield ask(nobody, "POST", "/verify", data=token)
    yield ask(admin, "POST", f"/staff/offerings/{code}/settings/tokens", data=token)
    yield _too_many(world, nobody, headers)
    yield _broken(world, headers)


def _too_many(world: World, caller: Caller, headers: dict[str, str]) -> TestResponse:
    data = {"csrf_token": world.form_token, "serial": "x", "name": "x"}
    with rolled_back(world.app):
        answers = [
            world.client(caller).post("/verify", data=data, headers=headers)
            for _ in range(12)
        ]
    return answers[-1]


def _broken(world: World, headers: dict[str, str]) -> TestResponse:
    def fail(**_: str) -> str:
        raise ValueError

    views = world.app.view_functions
    kept, views["public.pass_notice"] = views["public.pass_notice"], access.public(fail)
    try:
        return world.app.test_client().get("/p/x", headers=headers)
    finally:
        views["public.pass_notice"] = kept


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_error_pages_carry_the_headers_too(world, accept):
    statuses, wrong = set(), {}
    for answer in errors(world, accept):
        statuses.add(answer.status_code)
        if faults := faults_of(answer):
            wrong[answer.request.path, answer.status] = faults
        is_program = accept == "application/json" or "/api/" in answer.request.path
        is_problem = answer.mimetype == "application/problem+json"
        if answer.status_code != 422:  # a form comes back as the page it is on
            assert is_problem is is_program

    assert wrong == {}
    assert statuses == {400, 401, 403, 404, 405, 413, 422, 429, 500}


def test_what_is_inline_is_found():
    page = (
        '<style>a{}</style><p style="color:red" onclick="x()"><script>x()</script>'
        '<script src="https://elsewhere.example/x.js"></script>'
        '<a href="javascript:x()"><img src="https://elsewhere.example/x.png">'
        '<link rel="stylesheet" href="//elsewhere.example/x.css">'
    )

    assert len(inline_in(page)) >= 8
