"""A headcount held against who was in at that moment."""

from datetime import timedelta

import pytest

from tests.factories import NINE_AM
from tracker.domain.attendance import Record
from tracker.domain.headcounts import Comparison, count_in, was_in
from tracker.domain.plans import Policy


def minutes(count):
    return NINE_AM + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("record", "is_in"),
    [
        (Record(), False),
        (Record(first_in=minutes(-5), last_in=minutes(-5)), True),
        (Record(first_in=minutes(30), last_in=minutes(30)), True),
        (Record(first_in=minutes(31), last_in=minutes(31)), False),
        (Record(first_in=minutes(0), last_in=minutes(0), last_out=minutes(20)), False),
        (Record(first_in=minutes(0), last_in=minutes(0), last_out=minutes(30)), False),
        (Record(first_in=minutes(0), last_in=minutes(0), last_out=minutes(60)), True),
        (Record(first_in=minutes(0), last_in=minutes(25), last_out=minutes(20)), True),
        (Record(last_out=minutes(60)), False),
    ],
)
def test_in_is_who_has_come_and_not_left(record, is_in):
    assert was_in(record, minutes(30)) is is_in
    assert count_in([record, Record()], minutes(30)) == int(is_in)


@pytest.mark.parametrize(
    ("comparison", "is_settled", "words"),
    [
        (Comparison(3, 3), True, "The headcount and the check-ins agree."),
        (Comparison(2, 3), False, "Counted 1 person fewer than were checked in"),
        (Comparison(5, 3), False, "Counted 2 people more than were checked in"),
        (Comparison(5, 3, "Two guests.", 2), True, "Counted 2 people more"),
        (Comparison(5, 4, "Two guests.", 2), False, "Counted 1 person more"),
    ],
)
def test_a_difference_is_said_in_words_and_settled_by_an_explanation(
    comparison, is_settled, words
):
    assert comparison.is_settled is is_settled
    assert comparison.words.startswith(words)


@pytest.mark.parametrize("value", [1, 0, None, "yes"])
def test_whether_certificates_wait_for_headcounts_is_true_or_false(value):
    assert Policy(headcounts_gate=True).problems() == {}
    assert Policy(headcounts_gate=value).problems() == {
        "headcounts_gate": "must be true or false"
    }
