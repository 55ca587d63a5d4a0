import pytest

from tracker.domain.attendance import Standing, Status
from tracker.domain.certificates import Gap
from tracker.domain.progress import (
    REASONS,
    headline,
    missing_sentences,
    named,
    scan_title,
)
from tracker.domain.scans import HELD_REASONS, Direction, Outcome, Reason

COMPLETE = {Status.PRESENT, Status.LATE, Status.MADE_UP, Status.TAUGHT}
OVER = {Status.ABSENT, Status.PARTIAL, Status.EXCUSED}


def standing(*statuses: Status) -> Standing:
    """How somebody stands at required segments 1, 2, …"""
    by_number = dict(enumerate(statuses, start=1))
    missing = tuple(n for n, status in by_number.items() if status not in COMPLETE)
    return Standing(
        statuses=by_number,
        minutes=dict.fromkeys(by_number, 0),
        missing=missing,
        lost=tuple(n for n in missing if by_number[n] in OVER),
        attended_count=len(statuses) - len(missing),
        required_count=len(statuses),
    )


FULL = standing(Status.PRESENT, Status.LATE)


@pytest.mark.parametrize(
    ("gaps", "stands", "words"),
    [
        ([], FULL, "Your certificate is due"),
        ([Gap.NOT_ENDED], FULL, "All done"),
        ([Gap.EVALUATION, Gap.NOT_ENDED], FULL, "Only the evaluation is missing"),
        ([Gap.HELD_SCAN, Gap.EVALUATION], FULL, "One scan is being checked"),
        (
            [Gap.ATTENDANCE, Gap.EVALUATION],
            standing(Status.PRESENT, Status.EXPECTED, Status.UPCOMING),
            "2 more for your certificate",
        ),
        (
            [Gap.ATTENDANCE],
            standing(Status.PRESENT, Status.ABSENT, Status.UPCOMING),
            "1 to make up for your certificate",
        ),
        ([Gap.ATTENDANCE], standing(), "The programme is being prepared"),
        (
            [Gap.NOT_A_PARTICIPANT, Gap.ATTENDANCE],
            FULL,
            "This pass checks you in",
        ),
    ],
)
def test_headline_names_the_first_thing_that_is_missing(gaps, stands, words):
    assert headline(gaps, stands) == words


def test_nothing_missing_needs_no_sentence():
    assert missing_sentences([], FULL) == ()


def test_every_gap_has_its_sentence_in_order():
    stands = standing(
        Status.ABSENT, Status.PRESENT, Status.ABSENT, Status.PARTIAL, Status.EXCUSED
    )
    gaps = [Gap.ATTENDANCE, Gap.HELD_SCAN, Gap.EVALUATION, Gap.NOT_ENDED]

    assert missing_sentences(gaps, stands) == (
        "You missed segments 1 and 3.",
        "You were in segment 4 for a part only, which does not count.",
        "You are excused from segment 5, which still has to be made up.",
        "Ask the coordinator how to make it up.",
        "A scan of yours waits for the coordinator's decision.",
        "Your evaluation has not been sent.",
        "The training has not ended yet.",
    )


def test_segments_to_come_are_counted_apart_from_those_missed():
    stands = standing(Status.PRESENT, Status.ABSENT, Status.EXPECTED, Status.UPCOMING)

    assert missing_sentences([Gap.ATTENDANCE], stands) == (
        "You missed segment 2.",
        "Ask the coordinator how to make it up.",
        "2 of 4 are still to come.",
    )


def test_one_segment_to_come_is_singular():
    assert missing_sentences([Gap.ATTENDANCE], standing(Status.UPCOMING)) == (
        "1 of 1 is still to come.",
    )


def test_guest_is_told_one_thing_only():
    gaps = [Gap.NOT_A_PARTICIPANT, Gap.ATTENDANCE, Gap.EVALUATION]

    assert missing_sentences(gaps, standing(Status.ABSENT)) == (
        "This pass is not a participant's; no certificate comes with it.",
    )


def test_every_gap_is_told():
    assert {
        gap for gap in Gap if missing_sentences([gap], standing(Status.ABSENT))
    } == {*Gap}


def test_every_reason_has_words_and_held_ones_say_who_decides():
    assert set(REASONS) == set(Reason)
    told = {reason for reason, words in REASONS.items() if "coordinator" in words}
    assert told == HELD_REASONS


@pytest.mark.parametrize(
    ("direction", "outcome", "is_void", "words"),
    [
        (Direction.IN, Outcome.ACCEPTED, False, "Checked in"),
        (Direction.IN, Outcome.DUPLICATE, False, "Checked in again"),
        (Direction.OUT, Outcome.ACCEPTED, False, "Checked out"),
        (Direction.IN, Outcome.HELD, False, "Kept for a decision"),
        (Direction.IN, Outcome.REFUSED, False, "Not taken"),
        (Direction.IN, Outcome.ACCEPTED, True, "Taken out by staff"),
    ],
)
def test_scan_is_told_in_a_few_words(direction, outcome, is_void, words):
    assert scan_title(direction, outcome, is_void=is_void) == words


def test_segments_are_named_by_number():
    assert [named([3]), named([3, 5]), named([3, 5, 7])] == [
        "segment 3",
        "segments 3 and 5",
        "segments 3, 5 and 7",
    ]
