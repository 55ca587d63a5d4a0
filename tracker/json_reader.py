"""The one reader of JSON from outside: strict where the standard library is not."""

import json
from math import isinf
from typing import Any

from tracker.errors import InvalidError

MAXIMUM_DEPTH = 20
MAXIMUM_INTEGER = 2**53


def read_json(data: bytes) -> Any:
    """Parse JSON sent by a stranger.

    Refuses what two parsers may read differently: NaN and Infinity, a key that
    stands twice, nesting over 20, integers over 2^53, numbers that overflow to
    Infinity, lone surrogates, and
    anything but UTF-8 (trust.md, Web).

    Raises:
        InvalidError: says what is wrong; the pointer is that of the whole document.
    """
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_bounded_integer,
            parse_float=_finite_number,
        )
        _check_depth(value)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidError(
            "The body is not acceptable JSON.", {"": _sentence(error)}
        ) from error
    return value


def _sentence(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "The text is not valid UTF-8."
    if isinstance(error, RecursionError):
        return f"It is nested deeper than {MAXIMUM_DEPTH}."
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    return str(error)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands twice in one object.")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number here.")


def _bounded_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAXIMUM_INTEGER:
        raise ValueError("An integer is larger than 2^53.")
    return int(text)


def _finite_number(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError("A number is too large.")
    return number


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAXIMUM_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise ValueError(f"It is nested deeper than {MAXIMUM_DEPTH}.")
