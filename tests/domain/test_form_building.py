import pytest

from tracker.domain.form_building import change, draft_of

DRAFT = {
    "sections": [
        {
            "key": "a",
            "title": "First",
            "repeat": "once",
            "questions": [
                {"key": "x", "kind": "short", "text": "One?", "required": False},
                {"key": "y", "kind": "long", "text": "Two?", "required": True},
            ],
        },
        {"key": "b", "title": "Second", "repeat": "segment", "questions": []},
    ]
}


def keys(draft) -> list[tuple[str, list[str]]]:
    return [
        (section["key"], [question["key"] for question in section["questions"]])
        for section in draft["sections"]
    ]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("down:0", [("b", []), ("a", ["x", "y"])]),
        ("up:1", [("b", []), ("a", ["x", "y"])]),
        ("up:0", [("a", ["x", "y"]), ("b", [])]),
        ("down:0.0", [("a", ["y", "x"]), ("b", [])]),
        ("up:0.0", [("a", ["x", "y"]), ("b", [])]),
        ("down:0.1", [("a", ["x", "y"]), ("b", [])]),
        ("remove:0.0", [("a", ["y"]), ("b", [])]),
        ("remove:0", [("b", [])]),
        ("add-question:1", [("a", ["x", "y"]), ("b", ["new"])]),
        ("add-section", [("a", ["x", "y"]), ("b", []), ("new", ["new_1"])]),
    ],
)
def test_a_button_changes_the_list_and_leaves_the_draft_before_it(act, expected):
    before = keys(DRAFT)

    assert keys(change(DRAFT, act, "new")) == expected
    assert keys(DRAFT) == before


@pytest.mark.parametrize(
    "act",
    ["", "save", "up", "up:2", "up:0.2", "up:0.0.0", "remove:-1", "add-question:0.0"],
)
def test_what_no_button_says_is_refused(act):
    with pytest.raises(ValueError, match="There is no"):
        change(DRAFT, act, "new")


def test_a_draft_that_was_kept_outside_comes_back_as_it_was():
    assert draft_of(DRAFT) == DRAFT


@pytest.mark.parametrize(
    "value", [{}, {"sections": 1}, {"sections": [1, {"questions": [None]}]}]
)
def test_whatever_comes_as_a_draft_has_its_shape(value):
    for section in draft_of(value)["sections"]:
        assert section == {"key": "", "title": "", "repeat": "", "questions": []}


def test_what_is_no_draft_is_refused():
    with pytest.raises(ValueError, match="no draft"):
        draft_of([])
