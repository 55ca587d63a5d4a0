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
