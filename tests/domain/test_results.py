"""What results show, and that nothing too small can be had from them (I11)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.comparisons import (
    Known,
    knowledge_gains,
    overall_gain,
    pooled,
    pooled_of,
)
from tracker.domain.evaluation import Form, Kind, Question, Repeat, Section, Subject
from tracker.domain.results import QuestionResult, in_no_order, summarise
from tracker.domain.tallies import Answers, shown_batches

RATING = Question("useful", Kind.RATING, "Useful?", low="Not at all", high="Very")
NUMBER = Question("recommend", Kind.NUMBER, "Recommend it?")
COMMENT = Question("comment", Kind.LONG, "Anything else?")
CHECK = Question("law", Kind.SINGLE, "Which law?", choices=("A", "B"), correct=("B",))
SIGNS = Question(
    "signs",
    Kind.MULTIPLE,
    "Which signs?",
    choices=("X", "Y", "Z"),
    correct=("X", "Y"),
)
OVERALL = Section("overall", "As a whole", Repeat.ONCE, (RATING, NUMBER, COMMENT))
SEGMENT = Section("segment", "By segment", Repeat.SEGMENT, (RATING, COMMENT))
KNOWLEDGE = Form((Section("check", "Check", Repeat.ONCE, (CHECK, SIGNS)),))
FORM = Form((OVERALL, SEGMENT))
SUBJECTS = {
    Repeat.SEGMENT: [Subject("1", "1. Morning"), Subject("2", "2. Noon")],
    Repeat.INSTRUCTOR: [],
}


def results_of(*batches, forms=None, **options):
    made = [
        [each if isinstance(each, Answers) else Answers(1, each) for each in batch]
        for batch in batches
    ]
    return summarise(made, forms or {1: FORM}, SUBJECTS, **options)


def rated(*values, field="overall.useful"):
    return [{field: value} for value in values]


def first_question(results):
    return results.parts[0].questions[0]


def test_a_rating_has_its_distribution_mean_and_share_favourable():
    useful = first_question(results_of([*rated(5, 5, 4, 3, 1), {}]))

    assert useful == QuestionResult(
        RATING,
        is_shown=True,
        asked=6,
        answered=5,
        counts={1: 1, 2: 0, 3: 1, 4: 1, 5: 2},
    )
    assert (useful.mean, useful.favourable, useful.share) == (3.6, 3, 0.6)


def test_of_numbers_nine_and_ten_are_favourable():
    answers = rated(10, 9, 8, 7, 0, field="overall.recommend")

    recommend = results_of(answers).parts[0].questions[1]

    assert (recommend.mean, recommend.favourable) == (6.8, 2)
    assert list(recommend.counts) == list(range(11))


def test_choices_are_counted_in_their_order_and_have_neither_mean_nor_favour():
    answers = [{"check.signs": each} for each in (["X", "Y"], ["Y"], ["X"], [], ["Z"])]

    signs = results_of(answers, forms={1: KNOWLEDGE}).parts[0].questions[1]

    assert list(signs.counts.items()) == [("X", 2), ("Y", 2), ("Z", 1)]
    assert (signs.mean, signs.favourable, signs.correct) == (None, None, 1)


def test_of_four_answers_nothing_is_shown_and_of_five_all():
    four, five = results_of(rated(1, 2, 3, 4)), results_of(rated(1, 2, 3, 4, 5))

    assert (four.parts[0].is_shown, four.parts[0].questions) == (False, ())
    assert first_question(five).is_shown


def test_who_was_not_there_is_counted_apart_from_who_left_it_out():
    there = [{"segment.1.useful": 4} for _ in range(6)]
    absent = [{"segment.1.absent": True}] * 2

    part = results_of([*there, *absent, {}]).parts[1]

    assert (part.asked, part.absent, part.questions[0].answered) == (9, 2, 6)


def test_a_part_that_fewer_than_five_attended_does_not_even_say_who_was_absent():
    there = [{"segment.1.useful": 4} for _ in range(4)]
    absent = [{"segment.1.absent": True}] * 9

    part = results_of([*there, *absent]).parts[1]

    assert (part.is_shown, part.absent, part.asked, part.questions) == (
        False,
        0,
        0,
        (),
    )


def test_one_comment_is_shown_where_five_were_asked_and_answered():
    answers = rated(1, 2, 3, 4, 5)
    answers[2] |= {"overall.comment": "More time."}

    assert results_of(answers).parts[0].questions[2].texts == ("More time.",)
    assert results_of(answers[1:]).parts[0].questions == ()


def test_texts_are_only_counted_where_an_occasion_shows_totals_only():
    answers = [{"overall.comment": "Something."}] * 5

    comment = results_of(answers, has_texts=False).parts[0].questions[2]

    assert (comment.answered, comment.texts) == (5, ())


def test_a_late_batch_waits_for_each_question_until_it_adds_five_answers():
    late = [*rated(1, 1, 1), {"overall.recommend": 1}, {}]
    later = [*rated(1, 1), *rated(9, 9, 9, field="overall.recommend")]

    before = results_of(rated(5, 5, 5, 5, 5), late)
    after = results_of(rated(5, 5, 5, 5, 5), late, later)

    assert [first_question(each).answered for each in (before, after)] == [5, 10]
    assert before.parts[0].questions[1].is_shown is False


def test_a_question_of_a_newer_version_is_of_those_who_were_asked_it():
    newer = Form(
        (Section("overall", "Anew", Repeat.ONCE, (NUMBER, RATING, COMMENT)), SEGMENT)
    )
    older = Form((Section("overall", "As a whole", Repeat.ONCE, (RATING,)),))
    answers = [Answers(1, each) for each in rated(1, 2, 3, 4)]
    answers += [Answers(2, {"overall.useful": 5, "overall.recommend": 3})] * 5

    part = results_of(answers, forms={1: older, 2: newer}).parts[0]

    number, rating, _ = part.questions
    assert (part.part.section.title, number.asked, rating.asked) == ("Anew", 5, 9)


def test_a_question_that_changed_its_kind_is_another_question():
    was = Form((Section("overall", "", Repeat.ONCE, (NUMBER,)),))
    as_text = Question("recommend", Kind.SHORT, "Why?")
    now = Form((Section("overall", "", Repeat.ONCE, (as_text,)),))
    answers = [Answers(1, {"overall.recommend": 7})] * 5
    answers += [Answers(2, {"overall.recommend": "Because."})] * 5

    text, number = results_of(answers, forms={1: was, 2: now}).parts[0].questions

    assert (text.texts, number.mean) == (("Because.",) * 5, 7)


def test_an_answer_that_is_no_choice_any_more_is_still_counted():
    was = Question("law", Kind.SINGLE, "Which law?", choices=("A", "Old"))
    forms = {1: Form((Section("check", "", Repeat.ONCE, (was,)),)), 2: KNOWLEDGE}
    answers = [Answers(1, {"check.law": "Old"})] * 3
    answers += [Answers(2, {"check.law": "B"})] * 4

    law = results_of(answers, forms=forms).parts[0].questions[0]

    assert law.counts == {"A": 0, "B": 4, "Old": 3}


# Properties.

sets_of_answers = st.fixed_dictionaries(
    {},
    optional={
        "overall.useful": st.integers(1, 5),
        "overall.recommend": st.integers(0, 10),
        "overall.comment": st.sampled_from(["Yes.", "No.", "Perhaps."]),
        "segment.1.useful": st.integers(1, 5),
        "segment.1.comment": st.just("A word."),
        "segment.2.absent": st.just(value=True),
    },
)
batches = st.lists(sets_of_answers, min_size=5, max_size=12)


@given(batches.flatmap(lambda batch: st.tuples(st.just(batch), st.permutations(batch))))
def test_the_order_of_responses_changes_nothing(both):
    batch, shuffled = both

    assert results_of(batch) == results_of(shuffled)


@given(st.lists(batches, min_size=1, max_size=3))
def test_nothing_is_shown_of_fewer_than_five(all_batches):
    for part in results_of(*all_batches).parts:
        for each in part.questions:
            if each.is_shown and each.question.kind is not Kind.LONG:
                assert each.answered >= 5
                assert sum(each.counts.values()) == each.answered <= each.asked
            elif not each.is_shown:
                assert each == QuestionResult(each.question)


@given(st.lists(batches, min_size=1, max_size=4), batches)
def test_a_further_batch_adds_no_answer_or_five_to_any_figure(all_batches, late):
    before, after = results_of(*all_batches), results_of(*all_batches, late)

    for old, new in zip(before.parts, after.parts, strict=True):
        olds = {each.question.key: each for each in old.questions}
        for each in new.questions:
            if each.question.kind is Kind.LONG:
                continue
            known = olds.get(each.question.key)
            added = each.answered - (known.answered if known else 0)
            assert added == 0 or added >= 5


@given(st.lists(st.integers(0, 12), max_size=6))
def test_what_is_shown_of_batches_grows_in_steps_of_five(counts):
    steps = [shown_batches(counts[:length]) for length in range(len(counts) + 1)]

    assert steps == sorted(steps)
    for fewer, more in pairwise(steps):
        assert fewer == more or sum(counts[fewer:more]) >= 5


@given(
    st.lists(st.text(max_size=5), max_size=8).flatmap(
        lambda texts: st.tuples(st.just(texts), st.permutations(texts))
    )
)
def test_texts_stand_in_the_same_order_however_they_were_sent(both):
    texts, shuffled = both

    assert in_no_order("overall.comment", texts) == in_no_order(
        "overall.comment", shuffled
    )
    assert sorted(in_no_order("overall.comment", texts)) == sorted(texts)


def test_two_questions_put_equal_texts_in_different_orders():
    texts = [f"Text {number}" for number in range(40)]

    assert in_no_order("overall.one", texts) != in_no_order("overall.two", texts)


# All subjects together, and knowledge.


def test_a_section_is_pooled_over_the_subjects_that_show_it():
    many = [{"segment.1.useful": 4, "segment.2.useful": 2} for _ in range(5)]
    few = [{"segment.1.useful": 5, "segment.2.absent": True} for _ in range(2)]

    found = pooled(results_of([*many, *few]))["segment", "useful", "rating"]

    assert (found.answered, found.total, found.favourable) == (12, 40, 7)


def test_what_has_too_few_answers_is_not_in_the_pool():
    answers = [*rated(1, 2, 3, 4, 5), {"overall.recommend": 3}]

    assert list(pooled(results_of(answers))) == [("overall", "useful", "rating")]


def test_too_few_cannot_be_had_by_subtracting_what_is_shown_from_the_pool():
    answers = [{"segment.1.useful": 4} for _ in range(5)]
    answers += [{"segment.2.useful": 1} for _ in range(4)]

    results = results_of(answers)

    assert pooled(results)["segment", "useful", "rating"].answered == 5
    assert pooled_of([results, results])["segment", "useful", "rating"].answered == 10


def test_knowledge_is_the_share_of_right_answers_before_and_after():
    before = [{"check.law": each} for each in "ABAAB"]
    after = [{"check.law": "B", "check.signs": ["X", "Y"]} for _ in range(6)]
    forms = {1: KNOWLEDGE}

    gains = knowledge_gains(
        results_of(before, forms=forms), results_of(after, forms=forms)
    )

    (law,) = gains  # signs were not answered before: there is nothing to compare
    assert (law.text, law.before, law.after) == (
        "Which law?",
        Known(2, 5),
        Known(6, 6),
    )
    assert law.gain == pytest.approx(60)
    overall = overall_gain(gains)
    assert overall
    assert overall.after == law.after
    assert overall_gain(()) is None
