"""The layers, names and sizes of docs/architecture.md, read from the code itself."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import settings_for
from tracker import access, create_app, views

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tracker"

# From the bottom up. A module imports from its own step and from those below;
# what is named nowhere stands on its package's step.
STEPS = (
    {"tracker.domain", "tracker.errors", "tracker.keys", "tracker.roster_keys"},
    {
        "tracker.calendars",
        "tracker.charts",
        "tracker.clock",
        "tracker.config",
        "tracker.db",
        "tracker.driver_sql",
        "tracker.faults",
        "tracker.json_reader",
        "tracker.labels",
        "tracker.links",
        "tracker.mail_url",
        "tracker.qr",
        "tracker.sealed_files",
        "tracker.served_origin",
        "tracker.signatures",
        "tracker.signing",
        "tracker.typeset_trials",
        "tracker.typesetting",
        "tracker.workbook_files",
        "tracker.yaml_reader",
    },
    {"tracker.models"},
    {"tracker.services", "tracker.documents", "tracker.mail"},
    {"tracker.access", "tracker.demo"},
    {"tracker.problems", "tracker.uploads", "tracker.web", "tracker.forms"},
    {"tracker.views"},
    {"tracker"},
    {"tracker.cli"},
)

# Who may speak of the request, the session cookie or the page to come.
WEB_MODULES = {
    "tracker",
    "tracker.access",
    "tracker.problems",
    "tracker.uploads",
    "tracker.web",
}
WEB_WORDS = {
    "abort",
    "flash",
    "g",
    "make_response",
    "redirect",
    "render_template",
    "request",
    "session",
    "url_for",
}

# Only these commit: views, commands and jobs.
COMMITTING = ("tracker.views", "tracker.cli", "tracker.services.jobs")

# Driver SQL goes round the session's transaction; only who waits at a door may.
DRIVER_SQL = {
    "tracker",
    "tracker.services.scanning",
    "tracker.services.tokens",
    "tracker.services.watching",  # a board is polled every second by everybody
}

MODULE_LINES = 250
HARD_MODULE_LINES = 400
TEMPLATE_LINES = 120
SCRIPT_LINES = 150

# Longer than the aim, each with its reason; never longer than the hard limit.
LONGER_MODULES = {
    "tracker/access.py": "the whole guard reads in one go",
    "tracker/db.py": "everything in which the two engines differ stands in one place",
    "tracker/domain/attendance.py": "one rule with its cases, from facts to standing",
    "tracker/services/attendance.py": "reading, deriving and comparing share facts",
    "tracker/services/boards.py": "one page's values, laid out in one go",
    "tracker/services/certificates.py": "drafting, issuing and listing share the rows",
}
LONGER_TEMPLATES: dict[str, str] = {}
LONGER_SCRIPTS: dict[str, str] = {}

VAGUE_NAMES = {"base", "common", "helpers", "manager", "misc", "util", "utils"}


def name_of(path: Path) -> str:
    """tracker/services/audit.py is tracker.services.audit."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text()) for name, path in MODULES.items()}


def step_of(module: str) -> int:
    """Return the step of a module, which is that of the longest name it begins with."""
    while module:
        for number, names in enumerate(STEPS):
            if module in names:
                return number
        module = module.rpartition(".")[0]
    raise LookupError(module)


def imports_of(module: str) -> Iterator[str]:
    """Return every module that one imports, anywhere in it."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def names_from_flask(module: str) -> set[str]:
    return {
        alias.name
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.ImportFrom) and node.module == "flask"
        for alias in node.names
    }


def calls_of(module: str, *names: str) -> list[int]:
    """Return the lines on which a module calls a method of one of these names."""
    return [
        node.lineno
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    ]


def test_nothing_imports_upward():
    upward = [
        f"{module} imports {imported}"
        for module in MODULES
        for imported in imports_of(module)
        if imported in MODULES and step_of(imported) > step_of(module)
    ]

    assert upward == []


def test_the_domain_is_plain_python():
    """No Flask, no SQL, no files, no network: rules are functions of values."""
    not_plain = {"os", "pathlib", "shutil", "socket", "sqlite3", "subprocess"}
    plain = {name for name in sys.stdlib_module_names if name not in not_plain}
    foreign = [
        f"{module} imports {imported}"
        for module in MODULES
        if module.startswith("tracker.domain")
        for imported in imports_of(module)
        if not imported.startswith("tracker.domain")
        and imported.partition(".")[0] not in plain
    ]

    assert foreign == []


def test_only_the_clock_asks_for_the_time():
    asking = {
        module
        for module in MODULES
        if calls_of(module, "now", "utcnow", "today", "time")
        and any(
            isinstance(node, ast.Attribute)
            and node.attr in {"now", "utcnow", "today"}
            and isinstance(node.value, ast.Name)
            and node.value.id in {"datetime", "date"}
            for node in ast.walk(TREES[module])
        )
    }

    assert asking == {"tracker.clock"}


def test_models_and_services_know_nothing_of_a_request():
    speaking = [
        f"{module} uses flask.{word}"
        for module in MODULES
        if module not in WEB_MODULES and not module.startswith("tracker.views")
        for word in sorted(names_from_flask(module) & WEB_WORDS)
    ]

    assert speaking == []
    models = [name for name in MODULES if name.startswith("tracker.models")]
    assert [name for name in models if "flask" in set(imports_of(name))] == []


def test_only_views_commands_and_jobs_commit():
    committing = [
        f"{module}:{line}"
        for module in MODULES
        if not module.startswith(COMMITTING)
        for line in calls_of(module, "commit")
    ]

    assert committing == []


def test_only_scans_and_polls_speak_to_the_driver():
    found = {
        module for module in MODULES if "tracker.driver_sql" in set(imports_of(module))
    }

    assert {name for name in found if not is_scan_sql(name)} == DRIVER_SQL


def is_scan_sql(module: str) -> bool:
    return module.startswith("tracker.services.scan_")


def test_no_module_has_a_name_that_says_nothing():
    vague = [
        path.relative_to(ROOT).as_posix()
        for path in [*MODULES.values(), *(PACKAGE / "static" / "js").rglob("*.js")]
        if path.stem in VAGUE_NAMES
    ]

    assert vague == []


# Every endpoint says who may call it.


@pytest.fixture
def settings(tmp_path):
    return settings_for(f"sqlite:///{tmp_path / 'muster.db'}", tmp_path)


def silent() -> str:
    return "nobody said who may read this"


def test_an_endpoint_that_declares_no_access_stops_the_start(settings, monkeypatch):
    init_app = views.init_app

    def with_a_silent_endpoint(app: Flask) -> None:
        init_app(app)
        app.add_url_rule("/silent", "silent", silent)

    monkeypatch.setattr(views, "init_app", with_a_silent_endpoint)

    with pytest.raises(RuntimeError, match="without declared access: silent"):
        create_app(settings)


def test_an_endpoint_that_slips_in_later_is_not_there(settings):
    app = create_app(settings)
    app.add_url_rule("/silent", "silent", silent)

    answer = app.test_client().get("/silent")

    assert answer.status_code == 404
    assert silent() not in answer.text


def test_every_endpoint_declares_its_access(settings):
    app = create_app(settings)

    undeclared = [
        each for each in app.view_functions if access.declared_access(app, each) is None
    ]

    assert undeclared == []


# Sizes: a reader's working memory is limited.


def too_long(paths: list[Path], limit: int, excused: dict[str, str]) -> list[str]:
    return [
        f"{name}: {length} lines"
        for path in paths
        if (length := len(path.read_text().splitlines())) > limit
        and (name := path.relative_to(ROOT).as_posix()) not in excused
    ]


def scripts() -> list[Path]:
    return sorted((PACKAGE / "static" / "js").rglob("*.js"))


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def test_modules_are_short_or_say_why_not():
    paths = list(MODULES.values())

    assert too_long(paths, MODULE_LINES, LONGER_MODULES) == []
    assert too_long(paths, HARD_MODULE_LINES, {}) == []


def test_templates_and_scripts_are_short_or_say_why_not():
    assert too_long(templates(), TEMPLATE_LINES, LONGER_TEMPLATES) == []
    assert too_long(scripts(), SCRIPT_LINES, LONGER_SCRIPTS) == []


def test_no_excuse_outlives_its_reason():
    for excused, limit in (
        (LONGER_MODULES, MODULE_LINES),
        (LONGER_TEMPLATES, TEMPLATE_LINES),
        (LONGER_SCRIPTS, SCRIPT_LINES),
    ):
        long = too_long([ROOT / name for name in excused], limit, {})
        assert [line.partition(":")[0] for line in long] == list(excused)


def test_ruff_keeps_functions_under_30_statements():
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]

    assert "PL" in lint["select"]
    assert lint["pylint"]["max-statements"] == 30
    assert lint["pylint"]["max-branches"] == 8


# What a page may hold: a strict content security policy allows nothing inline.


INLINE = {
    "a script": r"<script(?![^>]*\ssrc=)",
    "a style sheet": r"<style\b",
    "a style attribute": r"\sstyle=",
    "an event handler": r"<[^>]+\son[a-z]+=",
    "an address of code": r"javascript:",
    "a foreign address": r"(?:src|href)=[\"'](?:https?:)?//",
}


UNESCAPED = r"\|\s*safe\b|autoescape\s+false|Markup\("


def found_in(paths: list[Path], pattern: str, *, left_out: str = r"(?!)") -> list[str]:
    return [
        f"{path.relative_to(ROOT).as_posix()}: {found.group()}"
        for path in paths
        for found in re.finditer(pattern, re.sub(left_out, "", path.read_text()))
    ]


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds(what):
    pages = [each for each in templates() if each.parent.name != "mail"]
    assert found_in(pages, INLINE[what], left_out=r"{%.*?%}") == []


def test_mails_hold_nothing_inline_but_how_they_are_laid_out():
    layouts = [each for each in templates() if each.parent.name == "mail"]
    for what, pattern in INLINE.items():
        allowed = ["templates/mail/layout.html:  style="] * 2
        expected = allowed if what == "a style attribute" else []
        assert found_in(layouts, pattern) == expected


def test_only_our_own_drawings_are_written_without_escaping():
    assert found_in(templates(), UNESCAPED) == ["templates/macros/icons.html: | safe"]
    assert found_in(list(MODULES.values()), r"\bMarkup\(") == []


def test_no_script_makes_code_or_markup_out_of_text():
    made = r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML\s*="

    assert found_in(scripts(), made) == []
