"""Changing the draft of a form: adding, moving and removing sections and questions.

A draft is a definition that need not be valid yet. Every function gives a new
one. A place is "2", the third section, or "2.0", its first question.
"""

import copy
from typing import Any

Draft = dict[str, Any]

STEPS = {"up": -1, "down": 1}


TEXTS = ("key", "kind", "text", "low", "high")
LISTS = ("choices", "correct")


def draft_of(value: Any) -> Draft:
    """Return a draft that was kept outside, shaped as the page shows it.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, dict):
        raise ValueError("That is no draft of a form.")  # noqa: TRY004 - it is about input, not about our types
    return {"sections": [_section_of(each) for each in _dicts(value, "sections")]}


def _section_of(value: dict[str, Any]) -> dict[str, Any]:
    section = {name: str(value.get(name, "")) for name in ("key", "title", "repeat")}
    questions = [_question_of(each) for each in _dicts(value, "questions")]
    return section | {"questions": questions}


def _question_of(value: dict[str, Any]) -> dict[str, Any]:
    question: dict[str, Any] = {n: str(value[n]) for n in TEXTS if n in value}
    for name in LISTS:
        if isinstance(value.get(name), list):
            question[name] = [str(each) for each in value[name]]
    return question | {"required": value.get("required") is True}


def _dicts(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = value.get(name)
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def change(draft: Draft, act: str, key: str) -> Draft:
    """Apply one button of the builder, such as "up:0.1"; `key` names what is added.

    Raises:
        ValueError: there is no such button, or nothing at its place.
    """
    verb, _, place = act.partition(":")
    changed = copy.deepcopy(draft)
    if verb == "add-section":
        changed["sections"].append(_new_section(key))
    elif verb == "add-question":
        (section,) = _at(changed["sections"], place, depth=1)
        section["questions"].append(_new_question(key))
    elif verb in {*STEPS, "remove"}:
        _reorder(changed["sections"], verb, place)
    else:
        raise ValueError("There is no such button.")
    return changed


def _new_section(key: str) -> dict[str, Any]:
    questions = [_new_question(f"{key}_1")]
    return {"key": key, "title": "", "repeat": "once", "questions": questions}


def _new_question(key: str) -> dict[str, Any]:
    return {"key": key, "kind": "rating", "text": "", "required": False}


def _reorder(sections: list[Any], verb: str, place: str) -> None:
    """Move or remove what stands at a place; the ends of a list are firm."""
    _at(sections, place)
    numbers = [int(number) for number in place.split(".")]
    siblings = sections if len(numbers) == 1 else sections[numbers[0]]["questions"]
    taken = siblings.pop(numbers[-1])
    if verb in STEPS:
        wanted = numbers[-1] + STEPS[verb]
        siblings.insert(min(max(wanted, 0), len(siblings)), taken)


def _at(sections: list[Any], place: str, depth: int = 2) -> list[Any]:
    """Return the section, and the question, that stand at a place."""
    numbers = place.split(".")
    if len(numbers) > depth or not all(_is_number(number) for number in numbers):
        raise ValueError("There is nothing at that place.")
    found: list[Any] = []
    for number in numbers:
        siblings = found[-1]["questions"] if found else sections
        if int(number) >= len(siblings):
            raise ValueError("There is nothing at that place.")
        found.append(siblings[int(number)])
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
