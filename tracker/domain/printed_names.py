"""Whose word a printed name is: the participant's where only the spelling differs.

Case, accents, spaces, hyphens, apostrophes and full stops are spelling, and so are
up to two letters where there are enough others: one in six at most. Anything else
is another name, which a coordinator approves (docs/decisions/0021).
"""

import unicodedata
from collections.abc import Iterable

from tracker.domain.names import fold_name

MOST_LETTERS = 2
LETTERS_PER_CHANGE = 6


def is_spelling(wanted: str, known: Iterable[str]) -> bool:
    """Say whether a name is one of those known, only written otherwise.

    `known` are the name on the roster and those approved before, never the spelling
    chosen last: small steps would else lead to any name.
    """
    letters = _letters(wanted)
    return any(_is_near(letters, _letters(each)) for each in known)


def _letters(name: str) -> str:
    """Return what is left of a folded name without its punctuation."""
    folded = fold_name(name)
    return "".join(c for c in folded if unicodedata.category(c)[0] not in {"P", "Z"})


def _is_near(one: str, other: str) -> bool:
    allowed = min(MOST_LETTERS, min(len(one), len(other)) // LETTERS_PER_CHANGE)
    return distance(one, other, allowed) <= allowed


def distance(one: str, other: str, most: int) -> int:
    """Count the letters to add, drop or replace, or give up above `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, across in enumerate(other, start=1):
            before, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, before + (letter != across)),
            )
    return row[-1]
