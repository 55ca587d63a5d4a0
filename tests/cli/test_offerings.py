"""`tracker offering` and `tracker passes`."""

import csv
import io

import pypdf

from tests.definitions import as_file, make_definition
from tracker.db import db
from tracker.models import AuditEntry
from tracker.yaml_reader import read_yaml

ROSTER = "name,email,agency\nSample Ada,ada@example.org,Bureau\n=1+1,bo@x.org,\n"
NOTHING = {"created": 0, "updated": 0, "unchanged": 0}


def test_an_offering_is_created_then_unchanged_then_updated(terminal):
    definition = make_definition()
    code = definition["offering"]["code"]
    file = terminal.write("o.yaml", as_file(definition))

    first = terminal.ask("offering", "import", file)
    again = terminal.ask("offering", "import", file)
    definition["offering"]["city"] = "Lincoln"
    changed = terminal.ask(
        "offering", "import", terminal.write("o.yaml", as_file(definition))
    )

    done = {"refused": [], "offering": code}
    assert first == NOTHING | {"created": 1} | done
    assert again == NOTHING | {"unchanged": 1} | done
    assert changed == NOTHING | {"updated": 1} | done


def test_an_exported_file_is_unchanged_when_imported(terminal, offering):
    out = terminal.folder / "out.yaml"

    said = terminal.run("offering", "export", offering, "--out", out)

    assert said.stdout == f"Wrote {out}.\n"
    assert terminal.run("offering", "export", offering).stdout == out.read_text()
    assert (
        terminal.ask("offering", "export", offering)
        == read_yaml(out.read_bytes()).value
    )
    assert terminal.ask("offering", "import", out)["unchanged"] == 1
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_refused_file_says_what_to_mend_where_and_changes_nothing(terminal):
    file = terminal.write("o.yaml", as_file(make_definition(offering__stock="gold")))

    said = terminal.run("offering", "import", file, code=1)
    answer = terminal.ask("offering", "import", file, code=1)

    assert said.stdout == ""
    assert "nothing was changed" in said.stderr
    assert "column offering.stock: must be one of 'lemon'" in said.stderr
    (refused,) = answer.pop("refused")
    assert (refused["column"], answer) == ("offering.stock", NOTHING)
    assert b"stock: gold" in file.read_bytes().split(b"\n")[refused["row"] - 1]
    assert terminal.look(lambda: db.session.query(AuditEntry).count()) == 0


def test_a_file_that_is_not_there_is_wrong_usage(terminal):
    terminal.run("offering", "import", "nowhere.yaml", code=2)


def test_an_unknown_offering_is_refused(terminal):
    for command in (["offering", "export"], ["passes"]):
        said = terminal.run(*command, "NOWHERE", code=1)
        assert said.stderr == "There is no offering “NOWHERE”.\n"


def test_passes_go_to_a_file_that_only_its_owner_reads(terminal, offering):
    terminal.run("participants", "import", offering, terminal.write("p.csv", ROSTER))
    file = terminal.write("passes.csv", "old")

    said = terminal.ask("passes", offering, "--csv", file)

    table = list(csv.DictReader(io.StringIO(file.read_text())))
    assert said == {"count": 2, "files": [str(file)]}
    assert [row["name"] for row in table] == ["'=1+1", "Sample Ada"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in terminal.folder.glob("*passes*")) == [
        "passes.csv"
    ]


def test_passes_without_a_file_go_to_standard_output_and_are_audited(
    terminal, offering
):
    terminal.run("participants", "import", offering, terminal.write("p.csv", ROSTER))

    table = terminal.run("passes", offering).stdout
    listed = terminal.ask("passes", offering)

    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["pass"] for row in rows] == [row["pass"] for row in listed]
    assert [row["name"] for row in listed] == ["=1+1", "Sample Ada"]
    actions = terminal.look(
        lambda: [row.action for row in db.session.query(AuditEntry)]
    )
    assert actions.count("roster.export") == 2


def test_badges_are_printed_without_the_agency_unless_it_is_wished(terminal, offering):
    terminal.run("participants", "import", offering, terminal.write("p.csv", ROSTER))
    plain, full = terminal.folder / "plain.pdf", terminal.folder / "full.pdf"

    terminal.run("passes", offering, "--pdf", plain)
    terminal.run("passes", offering, "--pdf", full, "--agency")

    texts = [pypdf.PdfReader(file).pages[0].extract_text() for file in (plain, full)]
    assert ["Sample Ada" in text for text in texts] == [True, True]
    assert ["Bureau" in text for text in texts] == [False, True]


def test_two_things_do_not_share_standard_output(terminal, offering):
    terminal.run("passes", offering, "--csv", "-", "--pdf", "-", code=2)
    terminal.run("passes", offering, "--csv", "-", "--json", code=2)


def test_a_folder_that_is_not_there_is_refused(terminal, offering):
    said = terminal.run("passes", offering, "--csv", "no/where.csv", code=1)

    assert said.stderr == "no/where.csv cannot be written: No such file or directory.\n"
