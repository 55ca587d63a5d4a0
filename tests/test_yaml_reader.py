"""YAML from strangers: plain values, or a plain refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import RowsRefusedError
from tracker.yaml_reader import read_yaml, write_yaml

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert read_yaml(write_yaml({"value": value}).encode()).value == {"value": value}


def test_nothing_is_guessed():
    text = b"[yes, NO, on, 010, 1:30, 2017-04-18, 1.5, .nan, 1_000, 0x1F, -0]"

    assert read_yaml(text).value == [
        "yes",
        "NO",
        "on",
        "010",
        "1:30",
        "2017-04-18",
        "1.5",
        ".nan",
        "1_000",
        "0x1F",
        0,
    ]


def test_every_place_has_its_line():
    file = read_yaml(b"a: 1\nb:\n- c: 2\n  d:\n    3\n")

    assert file.lines == {"": 1, "a": 1, "b": 2, "b[0]": 3, "b[0].c": 3, "b[0].d": 4}


def test_an_anchor_may_repeat_a_part():
    assert read_yaml(b"a: &x [1]\nb: *x").value == {"a": [1], "b": [1]}


BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "row", "reason"),
    [
        (b"", None, "is empty"),
        (b"a: 1\na: 2", 2, "“a” stands twice in the file"),
        (b"a: {b: 1,\n b: 2}", 2, "“b” stands twice in a"),
        (b"a: &a [*a]", 1, "nested deeper than 20"),
        (b"[" * 1_000_000, 1, "nested deeper than 20"),
        (BOMB.encode(), None, "holds more than 50,000 values"),
        (b"- a\n" * 60_000, None, "holds more than 50,000 values"),
        (b"x: !!python/object/apply:os.system [ls]", 1, "is not read here"),
        (b"x: !!set {a}", 1, "is not read here"),
        (b"? [a]\n: b", 1, "a key must be a word"),
        (b"a: 1\n---\nb: 2", 2, "another document"),
        (b"a:\n\t- x", 2, "cannot start any token"),
        (b"a: *nobody", 1, "undefined alias"),
        (b"a: \xff\xfe", None, "is not readable as YAML"),
        (b"a: \x00", None, "is not readable as YAML"),
        (b"#" + b"x" * 1024 * 1024, None, "is larger than 1024 KiB"),
    ],
    ids=range(16),
)
def test_what_is_not_plain_is_refused(data, row, reason):
    with pytest.raises(RowsRefusedError) as caught:
        read_yaml(data)

    (refused,) = caught.value.refused
    assert refused["row"] == row
    assert reason in str(refused["reason"])
