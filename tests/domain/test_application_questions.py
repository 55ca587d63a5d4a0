"""A course's own questions for applicants: their shape, and what answers them."""

import pytest

from tracker.domain.application_questions import (
    ApplicationQuestion,
    QuestionKind,
    questions_to_json,
    read_answers,
    read_questions,
)

UNIT = {"key": "unit", "label": "Your unit", "kind": "text", "required": True}
SHIFT = {
    "key": "shift",
    "label": "Your shift",
    "kind": "choice",
    "required": False,
    "choices": ["Day", "Night"],
}
KNOWN = [
    UNIT,
    SHIFT,
    {"key": "why", "label": "Why now", "kind": "long", "required": False},
    {"key": "taught", "label": "Taught before", "kind": "yes_no", "required": True},
]


def problems_of(act, *arguments):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its argument is looked at
        act(*arguments)
    return caught.value.args[0]


def test_questions_are_written_as_they_were_read():
    questions = read_questions(KNOWN)

    assert questions_to_json(questions) == KNOWN
    assert questions[1] == ApplicationQuestion(
        "shift", "Your shift", QuestionKind.CHOICE, False, ("Day", "Night")
    )


@pytest.mark.parametrize(
    ("data", "place", "sentence"),
    [
        ("text", "", "must be a list"),
        ([7], "0", "must be names with values"),
        ([UNIT | {"colour": "red"}], "0.colour", "is not known"),
        ([UNIT | {"key": "Your unit"}], "0.key", "small letters"),
        ([UNIT, UNIT], "1.key", "“unit” stands twice"),
        ([UNIT | {"label": "  "}], "0.label", "must be a text"),
        ([UNIT | {"label": "a\u202eb"}], "0.label", "direction of writing"),
        ([UNIT | {"kind": "colour"}], "0.kind", "text, long, choice, yes_no"),
        ([UNIT | {"required": "yes"}], "0.required", "true or false"),
        ([UNIT | {"choices": ["A", "B"]}], "0.choices", "only for a choice"),
        ([SHIFT | {"choices": ["Day"]}], "0.choices", "two or more"),
        ([SHIFT | {"choices": ["Day", " Day"]}], "0.choices", "one twice"),
        ([SHIFT | {"choices": "Day"}], "0.choices", "list of texts"),
        ([UNIT | {"key": f"k{n}"} for n in range(21)], "", "more than 20"),
    ],
)
def test_what_is_no_question_is_refused_at_its_place(data, place, sentence):
    assert sentence in problems_of(read_questions, data)[place]


def test_answers_are_tidied_and_empty_ones_are_left_out():
    sent = {
        "unit": " Sample  unit ",
        "shift": "",
        "why": "One.\r\nTwo.",
        "taught": "no",
    }

    assert read_answers(read_questions(KNOWN), sent) == {
        "unit": "Sample unit",
        "why": "One.\nTwo.",
        "taught": "no",
    }


def test_every_answer_that_does_not_fit_is_named():
    sent = {"shift": "Noon", "why": "x" * 2001, "taught": "perhaps", "other": "x"}

    assert problems_of(read_answers, read_questions(KNOWN), sent) == {
        "unit": "Please answer this.",
        "shift": "Choose one of these.",
        "why": "Shorten this to 2,000 characters.",
        "taught": "Choose yes or no.",
    }
