"""Credit: what minutes earn, and how parts are rounded against their total."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.credit import (
    GENERAL,
    STEPS,
    CreditRule,
    Rounding,
    as_text,
    credit,
    earn,
    plain_category,
)

CATEGORIES = ("ethics", "bias", "skills")


def rule(unit_minutes=60, rounding=Rounding.NEAREST_QUARTER, **fields) -> CreditRule:
    return CreditRule("Sample", "hours", unit_minutes, rounding, **fields)


RULES = st.builds(
    rule,
    unit_minutes=st.integers(1, 240),
    rounding=st.sampled_from(Rounding),
    minimum_minutes=st.integers(0, 200),
    categories=st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
    excluded=st.lists(st.sampled_from(("social", "bias")), unique=True).map(tuple),
)
ATTENDED = st.dictionaries(
    st.sampled_from((GENERAL, "social", *CATEGORIES)), st.integers(0, 2000)
)


@pytest.mark.parametrize(
    ("unit_minutes", "rounding", "minutes", "expected"),
    [
        (60, Rounding.NEAREST_QUARTER, 1170, "19.5"),
        (60, Rounding.NEAREST_QUARTER, 67, "1"),
        (60, Rounding.NEAREST_QUARTER, 68, "1.25"),
        (50, Rounding.DOWN_TO_HALF, 1170, "23"),
        (50, Rounding.DOWN_TO_HALF, 74, "1"),
        (50, Rounding.DOWN_TO_HALF, 75, "1.5"),
        (60, Rounding.DOWN_TO_TENTH, 71, "1.1"),
        (60, Rounding.DOWN_TO_WHOLE, 119, "1"),
    ],
)
def test_each_rounding_does_what_its_source_says(
    unit_minutes, rounding, minutes, expected
):
    assert as_text(credit(rule(unit_minutes, rounding), minutes)) == expected


def test_less_than_the_minimum_earns_nothing_at_all():
    demanding = rule(minimum_minutes=60, categories=("ethics",))

    assert earn(demanding, {"ethics": 30, GENERAL: 29}).amount == 0
    assert earn(demanding, {"ethics": 30, GENERAL: 29}).parts == ()
    assert earn(demanding, {"ethics": 30, GENERAL: 30}).amount == Fraction(1)


def test_excluded_minutes_count_nowhere():
    earned = earn(rule(excluded=("social",)), {"social": 600, GENERAL: 60})

    assert (earned.minutes, earned.amount) == (60, Fraction(1))


def test_without_categories_counted_apart_there_are_no_parts():
    assert earn(rule(), {"ethics": 60, GENERAL: 60}).parts == ()
    assert earn(rule(categories=("ethics",)), {GENERAL: 60}).parts == ()


def test_parts_that_round_up_together_give_back_what_they_gained():
    # 68 and 68 minutes are 1.25 each, but 136 minutes are 2.25 in all.
    earned = earn(rule(categories=("ethics",)), {"ethics": 68, GENERAL: 68})

    assert earned.amount == Fraction(9, 4)
    assert earned.parts == (("ethics", Fraction(5, 4)), (GENERAL, Fraction(1)))


@given(RULES, ATTENDED)
def test_parts_never_exceed_the_total_nor_what_their_own_minutes_earn(sample, attended):
    earned = earn(sample, attended)

    assert sum(part for _, part in earned.parts) <= earned.amount
    for category, part in earned.parts:
        others = {
            each: n for each, n in attended.items() if each not in sample.excluded
        }
        apart = [each for each in sample.categories if each in others]
        own = (
            sum(others.values()) - sum(others[each] for each in apart)
            if category == GENERAL
            else others[category]
        )
        most = Fraction(own, sample.unit_minutes) + Fraction(1, STEPS[sample.rounding])
        assert 0 < part < most


@given(RULES, ATTENDED)
def test_the_total_is_what_all_counted_minutes_earn_however_they_are_split(
    sample, attended
):
    counted = sum(n for each, n in attended.items() if each not in sample.excluded)

    earned = earn(sample, attended)

    assert (earned.minutes, earned.amount) == (counted, credit(sample, counted))
    assert earned.amount % Fraction(1, STEPS[sample.rounding]) == 0


@given(RULES, ATTENDED, st.sampled_from((GENERAL, *CATEGORIES)))
def test_another_minute_never_earns_less(sample, attended, category):
    more = {**attended, category: attended.get(category, 0) + 1}

    assert earn(sample, more).amount >= earn(sample, attended).amount


def test_a_category_is_compared_in_small_letters():
    assert plain_category("  Legal   ETHICS ") == "legal ethics"
