"""Whose a name is that somebody wrote by hand at the door."""

from collections.abc import Iterable

from tracker.domain.names import clean_text, fold_name

MOST = 5
BEGINNING = 3


def likeliest(written: str, people: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the people whose name is most like what was written, at most five.

    `people` are (id, name). Whole words weigh twice as much as beginnings of three
    letters, so that a nickname or a slip of the pen still finds its person. Cheap
    enough to ask for fifty names among five hundred people.
    """
    words, starts = _parts(written)
    scored = [
        (2 * len(words & known) + len(starts & begun), name, uid)
        for uid, name in people
        for known, begun in [_parts(name)]
    ]
    found = sorted(
        (each for each in scored if each[0]),
        key=lambda each: (-each[0], each[1].casefold(), each[2]),
    )
    return [(uid, name) for _, name, uid in found[:MOST]]


def _parts(name: str) -> tuple[frozenset[str], frozenset[str]]:
    words = frozenset(map(fold_name, clean_text(name).split()))
    return words, frozenset(word[:BEGINNING] for word in words)
