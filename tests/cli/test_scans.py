"""tracker scans import: a device's queue, handed in at the terminal."""

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.factories import make_device, make_enrollment, make_pass
from tracker.db import db, writing
from tracker.models import AuditEntry, Offering, Scan

NAMES = {"format", "offering", "device", "exported_at", "scans"}


@pytest.fixture
def text(terminal, offering):
    """The pass of somebody enrolled in the offering, which has one device."""

    def make():
        with writing():
            found = db.session.scalars(sa.select(Offering).filter_by(code=offering))
            row = found.one()
            make_device(row)
            text = make_pass(make_enrollment(offering=row))
            db.session.commit()
            return text

    return terminal.look(make)


def file_of(offering, *texts, **fields):
    now = datetime.now(UTC).isoformat()
    scans = [
        {"id": f"scan-{n}", "pass": text, "scanned_at": now, "offset_ms": 0}
        for n, text in enumerate(texts)
    ]
    content = {
        "format": "muster-scans-1",
        "offering": offering,
        "device": "Door 1",
        "exported_at": now,
        "scans": scans,
    }
    assert content.keys() == NAMES
    return json.dumps(content | fields)


def stored(terminal):
    return terminal.look(lambda: [scan.uid for scan in db.session.scalars(SCANS)])


SCANS = sa.select(Scan).order_by(Scan.uid)


def test_a_file_is_handed_in_and_again_changes_nothing(terminal, offering, text):
    path = terminal.write("queue.json", file_of(offering, text, "no pass"))

    first = terminal.ask("scans", "import", offering, path)
    again = terminal.ask("scans", "import", offering, path)

    assert first == again
    counts = {name: first[name] for name in ("accepted", "duplicates", "held")}
    assert first | {"reasons": {}} == {
        "offering": offering,
        "device": "Door 1",
        "scans": 2,
        **counts,
        "refused": 2 - sum(counts.values()),
        "undone": 0,
        "not_undone": 0,
        "reasons": {},
    }
    assert first["reasons"]["not_a_pass"] == 1
    assert stored(terminal) == ["scan-0", "scan-1"]


def test_in_words_it_says_what_became_of_them(terminal, offering, text):
    path = terminal.write("queue.json", file_of(offering, "no pass"))

    done = terminal.run("scans", "import", offering, path)

    assert done.stdout == "0 accepted, 0 in already, 0 held, 1 refused.\n"


def test_the_log_says_that_it_came_from_the_terminal(terminal, offering, text):
    path = terminal.write("queue.json", file_of(offering, text))
    terminal.run("scans", "import", offering, path)
    newest = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)

    entry = terminal.look(lambda: db.session.scalars(newest).one())

    assert (entry.actor, entry.action) == ("cli", "scans.hand_in")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "This is not a file of scans."),
        ("{}", "This is not a file of scans that a device has saved."),
        ('{"format": "muster-scans-1"}', "These scans are of another offering."),
    ],
)
def test_a_bad_file_is_refused_whole(terminal, offering, data, reason):
    path = terminal.write("queue.json", data)

    done = terminal.run("scans", "import", offering, path, code=1)

    assert done.stderr.startswith(reason)
    assert stored(terminal) == []


def test_more_than_sixteen_mebibytes_are_refused(terminal, offering):
    path = terminal.write("queue.json", b" " * (16 * 1024 * 1024 + 1))

    done = terminal.run("scans", "import", offering, path, code=1)

    assert done.stderr == "The file is larger than 16 MiB.\n"


def test_an_unknown_offering_is_refused(terminal, offering, text):
    path = terminal.write("queue.json", file_of("NOWHERE", text))

    terminal.run("scans", "import", "NOWHERE", path, code=1)

    assert stored(terminal) == []
