"""Who of an offering may be the same person twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.names import clean_text, fold_name
from tracker.domain.printed_names import is_spelling

FEWEST_DIGITS = 7
"""A telephone number with fewer digits says nothing about whose it is."""


class Likeness(StrEnum):
    """Why two are held for one person, the strongest reason first."""

    SAME_PERSON = "the same e-mail address"
    SAME_PHONE = "the same telephone number"
    SAME_NAME = "the same name"
    NEAR_NAME = "nearly the same name"


@dataclass(frozen=True)
class Known:
    """Somebody of an offering: whose application or enrollment it is."""

    person_id: int
    name: str
    phone: str = ""


def likeness(one: Known, other: Known) -> Likeness | None:
    """Say why two look alike; None where they do not.

    Names are compared folded, in any order of their words, and a letter or two apart
    as spellings of one printed name are.
    """
    if one.person_id == other.person_id:
        return Likeness.SAME_PERSON
    phone = _digits(one.phone)
    if len(phone) >= FEWEST_DIGITS and phone == _digits(other.phone):
        return Likeness.SAME_PHONE
    mine, theirs = _words(one.name), _words(other.name)
    if not mine or not theirs:
        return None
    if mine == theirs:
        return Likeness.SAME_NAME
    return Likeness.NEAR_NAME if is_spelling(mine, [theirs]) else None


def _digits(phone: str) -> str:
    """Return a number's last ten digits: with or without the country's code."""
    return "".join(each for each in phone if each.isdigit())[-10:]


def _words(name: str) -> str:
    plain = clean_text(name.replace(",", " "))
    return " ".join(sorted(fold_name(each) for each in plain.split()))


def find_alike(
    one: Known, others: Iterable[tuple[str, Known]]
) -> list[tuple[str, Likeness]]:
    """Return which of the others look like one, by key, the likeliest first."""
    order = list(Likeness)
    found = [(key, why) for key, each in others if (why := likeness(one, each))]
    return sorted(found, key=lambda each: order.index(each[1]))
