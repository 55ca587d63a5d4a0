"""An act of a member of staff on somebody's attendance: why, who, when."""

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.names import clean_text, text_problem
from tracker.errors import InvalidError
from tracker.models import User
from tracker.models.attendance import ReasonChip

LONGEST_REASON = 500


@dataclass(frozen=True)
class Why:
    """The reason of a correction: a chip, and words where the chip is "other"."""

    chip: ReasonChip
    text: str = ""

    def checked(self) -> "Why":
        """Return it tidied.

        Raises:
            InvalidError: "other" without words, too many, or some that cannot
                be shown.
        """
        text = clean_text(self.text)
        if self.chip is ReasonChip.OTHER and not text:
            raise InvalidError(
                "Say why in a few words.", {"reason": "Say why in a few words."}
            )
        if len(text) > LONGEST_REASON:
            message = f"Shorten this to {LONGEST_REASON} characters."
            raise InvalidError(message, {"reason": message})
        if problem := text_problem(text, LONGEST_REASON):
            raise InvalidError(f"This {problem}.", {"reason": f"This {problem}."})
        return Why(self.chip, text)


@dataclass(frozen=True)
class Act:
    """One act of a member of staff: why, who, when, and the id the client made.

    The id makes a double tap, or a retry after a lost answer, the same act.
    """

    why: Why
    uid: str
    user: User
    now: datetime
