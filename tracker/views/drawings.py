"""Live boards as drawn, so that a hundred people who look at one cost one drawing.

A process draws a board at most four times a second, a large one less often, however
fast it changes and however many look at it; a poll a second later shows what came
meanwhile.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from tracker.services.board_values import Wish
from tracker.services.boards import State

DRAWN_EVERY_SECONDS = 0.25
# A board that takes longer to draw than this is drawn less often, thrice at most.
QUICK_SECONDS = 0.015
LARGEST_FACTOR = 3.0
KEPT_DRAWINGS = 64

Key = tuple[int, Wish, bool, frozenset[int] | None]
"""The offering, what is shown, whether names are hidden, and which segments may be."""


@dataclass(frozen=True)
class Drawing:
    """A board as HTML, the state it shows, when it was drawn and how long it took."""

    state: State
    html: str
    drawn_at: float
    seconds: float

    @property
    def is_fresh(self) -> bool:
        """Whether it is too new for another one: drawing takes a small part of time."""
        factor = min(max(self.seconds / QUICK_SECONDS, 1.0), LARGEST_FACTOR)
        return time.monotonic() - self.drawn_at < DRAWN_EVERY_SECONDS * factor


_drawings: OrderedDict[Key, Drawing] = OrderedDict()


def find(key: Key, state: State, known_version: int) -> Drawing | None:
    """Return a drawing of the state wanted, or one so new that it must do.

    `known_version` is what the browser shows: it is never taken back in time.
    """
    found = _drawings.get(key)
    if found is None or found.state.schedule is not state.schedule:
        return None
    if found.state.tag == state.tag:
        return found
    return found if found.is_fresh and found.state.version >= known_version else None


def keep(key: Key, state: State, html: str, *, began_at: float) -> Drawing:
    """Keep a drawing, begun at `time.monotonic()`, for others who look at the same."""
    now = time.monotonic()
    drawing = _drawings[key] = Drawing(state, html, now, now - began_at)
    _drawings.move_to_end(key)
    while len(_drawings) > KEPT_DRAWINGS:
        _drawings.popitem(last=False)
    return drawing
