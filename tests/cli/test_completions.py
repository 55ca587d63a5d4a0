"""`tracker completions import`."""

from datetime import date

from tests.factories import make_course
from tracker.db import db
from tracker.models import Completion, Course

REPORT = "Wer;Post;Wann\nSample Ada;ada@x.org;4/3/2026\nSample Bo;bo@x.org;\n"
SAID = ("--column", "name=Wer", "--column", "email=post", "--column",
        "completed_on=Wann", "--first", "day")  # fmt: skip
COMMAND = ("completions", "import", "FIRST")


def with_course(terminal):
    terminal.run("upgrade")

    def make():
        make_course(code="FIRST")
        db.session.commit()

    terminal.look(make)
    return terminal.write("r.csv", REPORT.encode("utf-16"))


def test_what_was_said_of_a_report_once_is_remembered(terminal):
    file = with_course(terminal)

    first = terminal.ask(*COMMAND, file, *SAID)
    again = terminal.run(*COMMAND, file)

    assert first == {"created": 1, "updated": 0, "unchanged": 0, "refused": []}
    assert again.stdout == (
        "0 recorded, 0 updated, 1 unchanged; 1 have not finished.\n"
    )
    stored = terminal.look(lambda: db.session.query(Completion).one().completed_on)
    assert stored == date(2026, 3, 4)


def test_a_report_that_cannot_be_read_is_refused_and_nothing_remembered(terminal):
    file = with_course(terminal)

    said = terminal.run(*COMMAND, file, code=1)
    answer = terminal.ask(*COMMAND, file, *SAID[:-2], code=1)
    wrong = terminal.run(*COMMAND, file, "--column", "mail=Post", code=2)
    nowhere = terminal.run("completions", "import", "NONE", file, code=1)

    assert said.stderr == (
        "Nothing was imported; nothing was changed.\n"
        "  row 1: say which column holds the e-mail addresses\n"
        "  row 1: say which column holds the days of completion, or the status\n"
    )
    reason = "“4/3/2026” may be two days; say what comes first"
    refused = [{"row": 2, "column": "Wann", "reason": reason}]
    assert answer == {"created": 0, "updated": 0, "unchanged": 0, "refused": refused}
    assert "is no FIELD=HEADING" in wrong.stderr
    assert nowhere.stderr == "There is no course “NONE”.\n"
    assert (
        terminal.look(lambda: db.session.query(Course).one().completion_columns) == {}
    )
