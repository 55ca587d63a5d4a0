import copy
from typing import Any

import pytest

from tracker.domain.evaluation_default import DEFAULT_FORM
from tracker.domain.evaluation_definition import (
    form_from_json,
    form_to_json,
    read_form,
)

DEFINITION: dict[str, Any] = {
    "sections": [
        {
            "key": "overall",
            "title": "As a whole",
            "repeat": "once",
            "questions": [
                {
                    "key": "clear",
                    "kind": "rating",
                    "text": "How clear?",
                    "required": True,
                },
                {
                    "key": "which",
                    "kind": "single",
                    "text": "Which?",
                    "choices": ["A", "B"],
                },
            ],
        }
    ]
}

FIRST = "form.sections[0].questions[0]."


def changed(**fields: Any) -> dict[str, Any]:
    """The definition with its first question changed."""
    definition = copy.deepcopy(DEFINITION)
    definition["sections"][0]["questions"][0].update(fields)
    return definition


def test_default_form_survives_being_written_and_read():
    assert form_from_json(form_to_json(DEFAULT_FORM)) == DEFAULT_FORM


def test_definition_survives_being_read_and_written_twice():
    once = form_to_json(form_from_json(DEFINITION))

    assert form_to_json(form_from_json(once)) == once


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        ([], "form: must have a list of sections"),
        ({"sections": "all"}, "form: must have a list of sections"),
        ({"sections": []}, "form.sections: must not be empty"),
        ({"sections": ["all"]}, "form.sections[0]: must be a mapping"),
        (
            {"sections": DEFINITION["sections"] * 2},
            "form.sections: “overall” stands twice",
        ),
        (
            {"sections": [{**DEFINITION["sections"][0], "repeat": "daily"}]},
            "form.sections[0].repeat: must be one of once, segment, instructor",
        ),
        (
            {"sections": [{**DEFINITION["sections"][0], "questions": []}]},
            "form.sections[0].questions: must be a list of questions",
        ),
        (
            changed(kind="stars"),
            "form.sections[0].questions[0].kind: must be one of "
            "rating, single, multiple, number, short, long",
        ),
        (changed(text=" "), "form.sections[0].questions[0].text: must be a text"),
        (
            changed(key="absent"),
            FIRST + "key: must be letters, digits and underscores",
        ),
        (
            changed(key="a.b"),
            FIRST + "key: must be letters, digits and underscores",
        ),
        (
            changed(required="yes"),
            "form.sections[0].questions[0].required: must be true or false",
        ),
        (
            changed(choices=["A", "B"]),
            "form.sections[0].questions[0].choices: "
            "two or more for single and multiple choice, else none",
        ),
        (
            changed(choices=[1, 2]),
            "form.sections[0].questions[0].choices: must be a list of texts",
        ),
        (
            changed(kind="single", choices=["A", "A"]),
            "form.sections[0].questions[0].choices: “A” stands twice",
        ),
        (
            changed(colour="red"),
            "form.sections[0].questions[0].colour: is not known; "
            "known are choices, correct, high, key, kind, low, required, text",
        ),
    ],
)
def test_wrong_definition_is_refused_with_its_place(definition, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is compared
        form_from_json(definition)

    assert str(refused.value) == sentence


def with_key(correct: list[Any]) -> dict[str, Any]:
    """The definition with a key on its second question."""
    definition = copy.deepcopy(DEFINITION)
    definition["sections"][0] |= {"repeat": "once"}
    definition["sections"][0]["questions"][1]["correct"] = correct
    return definition


def test_the_key_of_a_knowledge_check_is_kept():
    form = read_form(with_key(["B"]), "knowledge")

    assert form.sections[0].questions[1].correct == ("B",)
    written = form_to_json(form)["sections"][0]["questions"][1]
    assert written["correct"] == ["B"]


@pytest.mark.parametrize(
    ("correct", "kind", "sentence"),
    [
        (["B"], "evaluation", "correct: only a knowledge check has a key"),
        (["C"], "knowledge", "correct: must be a list of the choices"),
        (["A", "B"], "knowledge", "correct: a single choice has one right answer"),
    ],
)
def test_a_wrong_key_is_refused_with_its_place(correct, kind, sentence):
    with pytest.raises(ValueError, match=rf"questions\[1\]\.{sentence}"):
        read_form(with_key(correct), kind)


def test_a_knowledge_check_is_asked_once():
    definition = with_key(["B"])
    definition["sections"][0]["repeat"] = "segment"

    with pytest.raises(ValueError, match="repeat: a knowledge check is asked once"):
        read_form(definition, "knowledge")
