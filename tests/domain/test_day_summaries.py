"""What a participant is told of a signed-off day."""

import pytest

from tests.domain.test_progress import standing
from tracker.domain.attendance import Status
from tracker.domain.day_summaries import DaySummary, summarise

ALL = (1, 2, 3, 4)


def test_a_whole_day_says_so_and_nothing_else():
    stands = standing(Status.PRESENT, Status.LATE, Status.MADE_UP, Status.TAUGHT)

    summary = summarise(stands, ALL, ())

    assert summary == DaySummary(4, 4, ())
    assert summary.headline == "4 of 4 recorded"


@pytest.mark.parametrize(
    ("statuses", "waiting", "sentences"),
    [
        ([Status.ABSENT], (), ("Segment 2 is missing.",)),
        ([Status.ABSENT, Status.ABSENT], (), ("Segments 2 and 3 are missing.",)),
        (
            [Status.PARTIAL],
            (),
            ("Segment 2 is recorded for a part only, which does not count.",),
        ),
        (
            [Status.EXCUSED],
            (),
            ("You are excused from segment 2, which still has to be made up.",),
        ),
        (
            [Status.ABSENT, Status.ABSENT],
            (3,),
            (
                "Segment 3 is being looked at: you need not do anything.",
                "Segment 2 is missing.",
            ),
        ),
        (
            [Status.ABSENT, Status.PARTIAL],
            (),
            (
                "Segment 2 is missing.",
                "Segment 3 is recorded for a part only, which does not count.",
            ),
        ),
    ],
)
def test_what_is_missing_is_said_by_its_kind(statuses, waiting, sentences):
    stands = standing(Status.PRESENT, *statuses)
    numbers = range(1, len(statuses) + 2)

    summary = summarise(stands, list(numbers), waiting)

    assert summary.sentences == sentences
    assert (summary.recorded, summary.required) == (1, len(statuses) + 1)


def test_what_waits_but_counts_already_is_not_mentioned():
    assert summarise(standing(Status.PRESENT), (1,), (1,)).sentences == ()


def test_segments_of_other_days_do_not_matter():
    stands = standing(Status.PRESENT, Status.UPCOMING)

    assert summarise(stands, (1,), ()) == DaySummary(1, 1, ())
