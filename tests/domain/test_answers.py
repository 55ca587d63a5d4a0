import pytest

from tracker.domain.answers import check_answers, known_fields
from tracker.domain.evaluation import (
    LONG_LIMIT,
    SHORT_LIMIT,
    Form,
    Kind,
    Question,
    Repeat,
    Section,
    Subject,
    parts,
)

QUESTIONS = (
    Question("rating", Kind.RATING, "How clear?", is_required=True),
    Question("number", Kind.NUMBER, "How likely?"),
    Question("single", Kind.SINGLE, "Which?", choices=("Yes", "No")),
    Question("multiple", Kind.MULTIPLE, "Which of these?", choices=("A", "B", "C")),
    Question("short", Kind.SHORT, "In a word?"),
    Question("long", Kind.LONG, "Anything to add?"),
)
OVERALL = parts(Form((Section("all", "All", Repeat.ONCE, QUESTIONS),)), [], [])
BY_SEGMENT = parts(
    Form((Section("segment", "Segments", Repeat.SEGMENT, QUESTIONS[:1]),)),
    [Subject("1", "Morning"), Subject("2", "Noon")],
    [],
)
RATED = {"all.rating": ["4"]}


def test_answers_come_back_in_their_types():
    sent = {
        "all.rating": ["5"],
        "all.number": ["10"],
        "all.single": ["No"],
        "all.multiple": ["C", "A"],
        "all.short": ["  plain "],
        "all.long": ["two\r\nlines"],
    }

    assert check_answers(OVERALL, sent) == (
        {
            "all.rating": 5,
            "all.number": 10,
            "all.single": "No",
            "all.multiple": ["A", "C"],
            "all.short": "plain",
            "all.long": "two\nlines",
        },
        {},
    )


def test_optional_questions_may_be_left_out():
    sent = {**RATED, "all.long": ["   "], "all.number": [""]}

    assert check_answers(OVERALL, sent) == ({"all.rating": 4}, {})


def test_missing_required_answer_is_named():
    assert check_answers(OVERALL, {})[1] == {
        "all.rating": "Please answer this question."
    }


@pytest.mark.parametrize(
    ("field", "values", "sentence"),
    [
        ("all.rating", ["6"], "Please choose a number from 1 to 5."),
        ("all.rating", ["0"], "Please choose a number from 1 to 5."),
        ("all.rating", ["-1"], "Please choose a number from 1 to 5."),
        ("all.rating", ["3.5"], "Please choose a number from 1 to 5."),
        ("all.rating", ["٣"], "Please choose a number from 1 to 5."),
        ("all.rating", ["3", "4"], "Please give one answer only."),
        ("all.number", ["11"], "Please choose a number from 0 to 10."),
        ("all.number", ["0000000099"], "Please choose a number from 0 to 10."),
        ("all.single", ["Maybe"], "Please choose from the list."),
        ("all.multiple", ["A", "D"], "Please choose from the list."),
        ("all.multiple", ["A", "A"], "Please choose from the list."),
        (
            "all.short",
            ["x" * (SHORT_LIMIT + 1)],
            "Please shorten this to 300 characters; it has 301.",
        ),
        (
            "all.long",
            ["x" * (LONG_LIMIT + 1)],
            "Please shorten this to 5,000 characters; it has 5,001.",
        ),
        ("all.other", ["1"], "This question is not part of the form."),
        ("enrollment", ["1"], "This question is not part of the form."),
    ],
)
def test_unfit_answer_is_refused_beside_its_field(field, values, sentence):
    _, errors = check_answers(OVERALL, {**RATED, field: values})

    assert errors == {field: sentence}


def test_longest_text_fits_exactly():
    text = "é" * LONG_LIMIT

    assert check_answers(OVERALL, {**RATED, "all.long": [text]})[0]["all.long"] == text


def test_line_ends_of_a_form_post_are_not_counted_twice():
    text = "\r\n".join("x" for _ in range(LONG_LIMIT // 2))

    assert check_answers(OVERALL, {**RATED, "all.long": [text]})[1] == {}


def test_absence_is_an_answer_and_takes_the_place_of_the_parts_others():
    sent = {
        "segment.1.absent": ["1"],
        "segment.1.rating": ["9"],
        "segment.2.rating": ["3"],
    }

    assert check_answers(BY_SEGMENT, sent) == (
        {"segment.1.absent": True, "segment.2.rating": 3},
        {},
    )


def test_part_that_is_asked_of_everybody_cannot_be_missed():
    assert known_fields(OVERALL) == {f"all.{question.key}" for question in QUESTIONS}
    assert "all.absent" in check_answers(OVERALL, {**RATED, "all.absent": ["1"]})[1]
