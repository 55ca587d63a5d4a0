"""The README names every setting, command and make target, the glossary every word."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tracker.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()


def settings_read() -> set[str]:
    """Find every setting that the code or its tools read."""
    sources = [*ROOT.glob("tracker/**/*.py"), *ROOT.glob("tools/*")]
    texts = (path.read_text() for path in sources if path.is_file())
    return {
        name for text in texts for name in re.findall(r"TRACKER_[A-Z_]*[A-Z]", text)
    }


def commands(group: click.Group, path: str) -> Iterator[str]:
    """List every command below a group by its whole name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def targets() -> set[str]:
    """List what a person may ask of make."""
    lines = re.findall(
        r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    names = {name for line in lines for name in line.split()}
    return {name for name in names if not name.startswith(("install-", "browser"))}


def test_every_setting_is_in_the_readme_and_no_other():
    assert (
        set(re.findall(r"^\| `(TRACKER_[A-Z_]+)`", README, re.MULTILINE))
        == settings_read()
    )


@pytest.mark.parametrize("command", sorted(commands(main, "tracker")))
def test_every_command_is_in_the_readme(command):
    *group, name = command.split()
    rows = [
        row for row in README.splitlines() if row.startswith(f"| `{' '.join(group)}")
    ]

    assert any(f"{name}`" in row for row in rows)


def test_no_command_of_the_readme_is_made_up():
    rows = re.findall(r"^\| (`tracker [^|]*) \|", README, re.MULTILINE)
    named = set()
    for row in rows:
        first, *others = re.findall(r"`([^`]+)`", row)
        group = first.rpartition(" ")[0]
        named |= {first, *(f"{group} {other}" for other in others)}

    assert named == set(commands(main, "tracker"))


# interface.md, "Commands", but for purge, backup and restore, which come with later
# work.
PROMISED = [
    "attendance export CODE --csv FILE",
    "attendance export CODE --xlsx FILE",
    "attendance verify CODE",
    "attendance rebuild CODE",
    "audit verify",
    "certificates issue CODE",
    "certificates list CODE",
    "certificates verify FILE",
    "certificates revoke SERIAL --reason TEXT",
    "completions import COURSE FILE",
    "demo --participants N --seed S --scale OFFERINGS --restart-live",
    "doctor",
    "keys export FILE",
    "offering import FILE",
    "offering export CODE",
    "participants import CODE FILE",
    "passes CODE --csv FILE --pdf FILE",
    "scans import CODE FILE",
    "serve --host HOST --port PORT --workers N --threads N",
    "token add NAME --offering CODE --scope SCOPE",
    "upgrade",
    "users add EMAIL --role ROLE --offering CODE",
    "worker",
]
WITH_JSON = [
    "attendance verify",
    "certificates issue",
    "certificates list",
    "completions import",
    "demo",
    "doctor",
    "offering import",
    "participants import",
    "scans import",
    "token add",
    "upgrade",
    "users add",
]


def command_of(words: list[str]) -> click.Command:
    found: click.Command = main
    for word in words:
        assert isinstance(found, click.Group)
        found = found.commands[word]
    return found


def parameters(command: click.Command, kind: type[click.Parameter]) -> list[str]:
    return [
        name
        for each in command.params
        if isinstance(each, kind)
        for name in (each.opts if kind is click.Option else [str(each.name)])
    ]


@pytest.mark.parametrize("promised", PROMISED)
def test_every_command_takes_what_others_rely_on(promised):
    command = command_of(re.findall(r"(?:^| )([a-z]+)(?![^ ])", promised))
    options = re.findall(r"--[a-z-]+", promised)
    bare = re.sub(r"--restart-live|--[a-z-]+ [A-Z]+", "", promised)

    assert set(options) <= set(parameters(command, click.Option))
    arguments = parameters(command, click.Argument)
    assert len(arguments) == len(re.findall(r"\b[A-Z]+\b", bare))


@pytest.mark.parametrize("name", WITH_JSON)
def test_commands_that_programs_call_answer_in_json(name):
    assert "--json" in parameters(command_of(name.split()), click.Option)


def test_every_make_target_is_in_the_readme():
    assert {name for name in targets() if f"make {name}" not in README} == set()


WORDS = [
    "course",
    "offering",
    "segment",
    "enrollment",
    "pass",
    "scan",
    "attendance",
    "correction",
    "certificate",
    "policy",
    "device",
    "roles",
    "application",
]


@pytest.mark.parametrize("word", [*WORDS, "credit statement", "room code"])
def test_the_glossary_has_the_words_of_the_product(word):
    assert re.search(rf"^\| {word} \|", GLOSSARY, re.MULTILINE)


@pytest.mark.parametrize(
    "path", ["README.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
)
def test_links_lead_somewhere(path):
    page = ROOT / path
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_decisions_are_numbered_without_a_gap():
    numbers = [path.name[:4] for path in DECISIONS]

    assert numbers == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_and_what_follows(path):
    text = path.read_text()

    assert text.startswith(f"# {int(path.name[:4])}. ")
    for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
        assert part in text
    assert len(text.splitlines()) < 40


def test_code_cites_decisions_that_exist():
    sources = [*ROOT.glob("tracker/**/*.py"), *ROOT.glob("tests/**/*.py")]
    cited = {
        number
        for path in sources
        for number in re.findall(r"docs/decisions/(\d{4})", path.read_text())
    }

    assert cited <= {path.name[:4] for path in DECISIONS}
