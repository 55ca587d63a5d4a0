"""`tracker participants import`."""

import os
import subprocess
import sys
from pathlib import Path

from tracker.db import db
from tracker.models import OutboxMessage, Pass, Person

TRACKER = Path(sys.executable).with_name("tracker")
ROSTER = "name;email\nSample Ada;ada@example.org\nSample Bo;bo@example.org\n"


def test_people_are_enrolled_once(terminal, offering):
    file = terminal.write("p.csv", ROSTER.encode("utf-16"))

    first = terminal.ask("participants", "import", offering, file)
    again = terminal.run("participants", "import", offering, file)

    assert first == {"created": 2, "updated": 0, "unchanged": 0, "refused": []}
    assert again.stdout == "0 enrolled, 0 updated, 2 unchanged.\n"
    assert terminal.look(lambda: db.session.query(Pass).count()) == 2


def test_a_bad_row_refuses_the_file_with_row_column_and_reason(terminal, offering):
    file = terminal.write("p.csv", ROSTER + "Sample Cy;cy\n")

    said = terminal.run("participants", "import", offering, file, code=1)
    answer = terminal.ask("participants", "import", offering, file, code=1)

    assert said.stderr == (
        "Nobody was imported; nothing was changed.\n"
        "  row 4, column email: is not an e-mail address\n"
    )
    assert answer == {
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "refused": [
            {"row": 4, "column": "email", "reason": "is not an e-mail address"}
        ],
    }
    assert terminal.look(lambda: db.session.query(Person).count()) == 0


def test_more_than_the_seats_are_refused(terminal, offering):
    rows = "".join(f"Sample {n};s{n}@example.org\n" for n in range(4))

    file = terminal.write("p.csv", "name;email\n" + rows)
    said = terminal.run("participants", "import", offering, file, code=1)

    assert "file: 4 new would make 4 people, but the capacity is 3" in said.stderr


def test_mail_is_sent_only_when_asked_for(terminal, offering):
    file = terminal.write("p.csv", ROSTER)

    terminal.run("participants", "import", offering, file, "--mail")

    assert terminal.look(lambda: db.session.query(OutboxMessage).count()) == 2


def test_two_imports_at_once_never_fill_more_than_the_seats(terminal, offering):
    rosters = [
        "name,email\n" + "".join(f"S {n},s{n}@x.org\n" for n in numbers)
        for numbers in ((1, 2), (3, 4))
    ]
    started = [
        subprocess.Popen(
            [TRACKER, "participants", "import", offering, "-"],
            env=os.environ | terminal.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in rosters
    ]
    said = [
        process.communicate(roster.encode())[1].decode()
        for process, roster in zip(started, rosters, strict=True)
    ]

    assert sorted(process.returncode for process in started) == [0, 1]
    assert "2 new would make 4 people, but the capacity is 3" in "".join(said)
    assert terminal.look(lambda: db.session.query(Pass).count()) == 2
