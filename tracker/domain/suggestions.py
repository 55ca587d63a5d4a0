"""Which known name somebody probably meant."""

import difflib
from collections.abc import Iterable


def unknown(name: str, known: Iterable[str]) -> str:
    """Say that a name is not known, and which was probably meant, or all there are."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    meant = f"perhaps “{near[0]}”" if near else f"known are {', '.join(names)}"
    return f"is not known here; {meant}"
