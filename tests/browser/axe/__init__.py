"""Checking pages for accessibility with axe-core, which lies beside this file."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_name("axe.min.js").read_text(encoding="utf-8")


@dataclass(frozen=True, order=True)
class Violation:
    """A rule that parts of a page break."""

    rule: str
    """axe's name of the rule, such as `color-contrast`."""

    impact: str
    """minor, moderate, serious or critical."""

    help: str
    """The rule as a sentence."""

    places: tuple[str, ...]
    """Each part that breaks it: its selector, and what is wrong with it."""


def axe(page: Page, within: str = "html") -> list[Violation]:
    """Return what axe-core finds wrong in a page, all its rules, best practice too.

    The script runs by the debugger, so the page's own policy stays in force.

    Args:
        page: open and loaded; contrast is judged in its colour scheme.
        within: a selector; only what lies inside is judged.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found = page.evaluate(
        "within => axe.run(within, {resultTypes: ['violations']})", within
    )
    return sorted(
        Violation(
            rule=violation["id"],
            impact=violation["impact"],
            help=violation["help"],
            places=tuple(
                f"{' '.join(map(str, node['target']))}: {node['failureSummary']}"
                for node in violation["nodes"]
            ),
        )
        for violation in found["violations"]
    )
