"""`tracker binder`: one command makes an offering's binder."""

import zipfile

import pytest
import sqlalchemy as sa

from tests.filled import fill_offering
from tracker.db import db
from tracker.models import AuditEntry


@pytest.fixture
def code(terminal):
    return terminal.look(lambda: fill_offering("Quillfeather").offering.code)


def ids_of(terminal):
    wanted = sa.text("SELECT public_id FROM enrollments ORDER BY id LIMIT 1")
    return terminal.look(lambda: db.session.scalar(wanted))


def logged():
    return [
        (each.actor, each.details)
        for each in db.session.scalars(sa.select(AuditEntry))
        if each.action == "binder.make"
    ]


def test_it_writes_one_zip_and_notes_it_in_the_log(terminal, code):
    path = terminal.folder / "binder.zip"

    said = terminal.ask("binder", code, "--file", path)

    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        log = archive.read("audit/entries.jsonl").decode()
    assert said == {
        "offering": code,
        "file": str(path),
        "files": len(names),
        "people": 3,
        "audit": True,
    }
    assert terminal.look(logged) == [("cli", {"scope": "whole", "key": ""})]
    assert '"binder.make"' in log
    assert path.stat().st_mode & 0o077 == 0


def test_of_one_person_one_jurisdiction_or_without_names(terminal, code):
    path = terminal.folder / "binder.zip"
    person = ids_of(terminal)

    people = [
        terminal.ask("binder", code, "--file", path, *options)["people"]
        for options in (
            ["--person", person],
            ["--jurisdiction", "Sample CLE"],
            ["--without-names"],
        )
    ]

    assert people == [1, 2, 3]
    assert b"Quillfeather" not in path.read_bytes()


def test_what_cannot_be_made_leaves_no_file(terminal, code):
    path = terminal.folder / "binder.zip"
    at = ("binder", code, "--file", path)

    nobody = terminal.run(*at, "--person", "unknown", code=1)
    nowhere = terminal.run(*at, "--jurisdiction", "Nowhere", code=1)
    terminal.run(*at, "--person", "unknown", "--without-names", code=2)
    missing = terminal.run("binder", "NO-SUCH", "--file", path, code=1)
    unwritable = terminal.run(
        "binder", code, "--file", terminal.folder / "no" / "binder.zip", code=1
    )

    assert "Nobody of this enrollment" in nobody.stderr
    assert "Sample CLE" in nowhere.stderr
    assert missing.stderr
    assert "cannot be written" in unwritable.stderr
    assert list(terminal.folder.glob("*.zip")) == []
    assert list(terminal.folder.glob(".binder*")) == []
