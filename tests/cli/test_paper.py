"""`tracker sheets`, and `tracker passes` on label sheets."""

import pytest

from tests.printed import page_sizes, text_of
from tracker.db import db
from tracker.models import AuditEntry, SignInList

ROSTER = "name,email\nSample Ada,ada@example.org\nSample Bo,bo@example.org\n"


@pytest.fixture
def enrolled(terminal, offering):
    terminal.run("participants", "import", offering, terminal.write("p.csv", ROSTER))
    return offering


def test_sheets_are_written_for_every_segment(terminal, enrolled):
    first, again = terminal.folder / "sheets.pdf", terminal.folder / "again.pdf"
    said = terminal.run("sheets", enrolled, "--pdf", first)
    answer = terminal.ask("sheets", enrolled, "--pdf", again)

    pdf = first.read_bytes()
    assert said.stdout == f"Wrote {first}.\n"
    assert len(page_sizes(pdf)) == answer["segments"] == 3
    assert f"Sheet 2-{answer['list']}" in text_of(pdf)
    assert again.read_bytes() == pdf
    assert terminal.look(lambda: db.session.query(SignInList).count()) == 1
    wanted = {"action": "sheets.print"}
    logged = terminal.look(
        lambda: db.session.query(AuditEntry).filter_by(**wanted).count()
    )
    assert logged == 2


def test_one_segment_on_letter_paper_with_licences(terminal, enrolled):
    options = ("--segment", "2", "--paper", "letter", "--licence")
    file = terminal.folder / "s.pdf"
    terminal.run("sheets", enrolled, "--pdf", file, *options)

    pdf = file.read_bytes()
    assert page_sizes(pdf) == [(216, 279)]
    assert "segment 2" in text_of(pdf)
    assert "Licence number" in text_of(pdf)


def test_what_cannot_be_printed_is_refused(terminal, offering, enrolled):
    file = terminal.folder / "s.pdf"
    said = terminal.run("sheets", enrolled, "--pdf", file, "--segment", "9", code=1)
    terminal.run("sheets", enrolled, code=2)

    assert "There is nothing" in said.stderr
    assert not file.exists()


def test_badges_go_on_the_sheets_that_are_named(terminal, enrolled):
    file = terminal.folder / "b.pdf"
    terminal.run("passes", enrolled, "--pdf", file, "--format", "single-4x3")
    terminal.run("passes", enrolled, "--pdf", file, "--format", "other", code=2)

    assert page_sizes(file.read_bytes()) == [(102, 76)] * 2
