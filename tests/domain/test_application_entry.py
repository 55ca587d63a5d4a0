"""What somebody says when they apply, before it is kept or sent."""

from dataclasses import replace

import pytest

from tracker.domain.application_entry import (
    ApplicationEntry,
    read_entry,
    sealed_part,
)
from tracker.domain.application_questions import read_questions

QUESTIONS = read_questions(
    [
        {"key": "unit", "label": "Which unit?", "kind": "text", "required": True},
        {
            "key": "shift",
            "label": "Which shift?",
            "kind": "choice",
            "choices": ["Day", "Night"],
        },
    ]
)
WHOLE = ApplicationEntry(
    name="Ada Sample",
    agency="Sample Agency",
    title="Investigator",
    discipline="Law enforcement",
    state="NE",
    county="Douglas",
    phone="+1 (402) 555-0100",
    supervisor_name="Sam Sample",
    supervisor_contact="sam@agency.example.org",
    answers={"unit": "Sample unit", "shift": "Day"},
)


def test_what_is_said_is_tidied_and_a_state_becomes_its_code():
    typed = replace(
        WHOLE,
        name="  Ada \t Sample ",
        state=" nebraska ",
        answers={"unit": " Sample  unit ", "shift": "Day", "other": "x"},
    )

    assert typed.tidied(QUESTIONS) == WHOLE


def test_a_place_that_is_no_state_stays_as_it_was_written():
    assert ApplicationEntry(state="Puerto  Rico").tidied([]).state == "Puerto Rico"


def test_a_whole_entry_has_nothing_to_mend():
    assert WHOLE.problems(QUESTIONS) == {}


def test_an_empty_entry_may_be_kept_and_not_sent():
    assert ApplicationEntry().draft_problems(QUESTIONS) == {}
    assert ApplicationEntry().problems(QUESTIONS) == {
        "name": "Write your name.",
        "agency": "Write the agency you work for.",
        "title": "Write your title or position there.",
        "discipline": "Choose your discipline, or write it.",
        "state": "Choose the state you work in, or write where.",
        "supervisor_name": "Write the name of your supervisor.",
        "supervisor_contact": "Write an e-mail address or a telephone number.",
        "answer-unit": "Please answer this.",
    }


def test_county_and_phone_may_be_left_out():
    assert replace(WHOLE, county="", phone="").problems(QUESTIONS) == {}


@pytest.mark.parametrize("phone", ["call me", "12", "555-0100; ext", "()"])
def test_what_is_no_telephone_number_is_kept_and_not_sent(phone):
    entry = replace(WHOLE, phone=phone)

    assert entry.draft_problems(QUESTIONS) == {}
    assert entry.problems(QUESTIONS) == {
        "phone": "Write a telephone number, with digits only."
    }


@pytest.mark.parametrize("name", ["name", "supervisor_contact", "discipline", "phone"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A\0B", "This holds a character that cannot be printed."),
        ("x" * 300, "This is longer than"),
    ],
)
def test_what_cannot_be_kept_is_said_of_a_draft_too(name, text, sentence):
    entry = replace(WHOLE, **{name: text})

    for problems in (entry.draft_problems(QUESTIONS), entry.problems(QUESTIONS)):
        assert problems.keys() == {name}
        assert problems[name].startswith(sentence)


def test_an_answer_that_is_no_choice_is_named():
    entry = replace(WHOLE, answers={"unit": "x" * 201, "shift": "Noon"})

    wanted = {
        "answer-unit": "Shorten this to 200 characters.",
        "answer-shift": "Choose one of these.",
    }
    assert entry.problems(QUESTIONS) == wanted
    assert entry.draft_problems(QUESTIONS) == wanted


def test_who_comes_back_finds_what_they_said_beside_what_they_say_now():
    now = ApplicationEntry(agency="Another Agency")

    assert now.filled_from(WHOLE) == replace(WHOLE, agency="Another Agency")


def test_what_is_kept_is_read_back_whole():
    columns = {"discipline": "Law enforcement", "state": "NE", "county": "Douglas"}

    assert read_entry(sealed_part(WHOLE) | {"team": []}, columns) == WHOLE
    assert read_entry({}, {}) == ApplicationEntry()
