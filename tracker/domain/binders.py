"""Which binder of an offering is wished for, and what none may say without names."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tracker.domain.evaluation import Part, Repeat
from tracker.domain.results import PartResult, Results, without_texts


class Scope(StrEnum):
    """Whom a binder is about."""

    WHOLE = "whole"
    NAMELESS = "nameless"
    JURISDICTION = "jurisdiction"
    PERSON = "person"


@dataclass(frozen=True)
class Wish:
    """One binder: everybody's, or that of one person or one jurisdiction.

    `key` is the enrollment's id, or the accreditation's key; empty for the others.
    """

    scope: Scope
    key: str = ""

    @property
    def is_nameless(self) -> bool:
        """Whether nobody's name may be in it."""
        return self.scope is Scope.NAMELESS

    @property
    def is_of_all(self) -> bool:
        """Whether it is about everybody, with names or without."""
        return self.scope in {Scope.WHOLE, Scope.NAMELESS}

    def as_json(self) -> dict[str, str]:
        """Return it as a task's parameters hold it."""
        return {"scope": self.scope.value, "key": self.key}


def wish_from_json(data: dict[str, Any]) -> Wish:
    """Read a wish as `as_json` wrote it."""
    return Wish(Scope(data["scope"]), data["key"])


def without_names(results: Results) -> Results:
    """Leave out texts, and call instructors by their order.

    What somebody writes may name anybody, whatever the form asks for.
    """
    results = without_texts(results)
    return replace(results, parts=tuple(_numbered(results.parts)))


def _numbered(parts: Iterable[PartResult]) -> Iterable[PartResult]:
    keys: list[str] = []
    for each in parts:
        section, subject = each.part.section, each.part.subject
        if section.repeat is Repeat.INSTRUCTOR and subject is not None:
            if subject.key not in keys:
                keys.append(subject.key)
            title = instructor_title(keys.index(subject.key) + 1)
            yield replace(each, part=Part(section, replace(subject, title=title)))
        else:
            yield each


def instructor_title(number: int) -> str:
    """Call an instructor without the name; numbers count from 1."""
    return f"Instructor {number}"


def names_only(details: Any, own: frozenset[str], all_ids: frozenset[str]) -> bool:
    """Say whether an entry's details name one of the own ids, and nobody else's."""
    found = set(_texts(details))
    return bool(found & own) and not found & (all_ids - own)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
