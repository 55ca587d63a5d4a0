from datetime import date

import pytest

from tracker.domain.dates import span


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2017, 4, 21), date(2017, 4, 21), "21 April 2017"),
        (date(2017, 4, 18), date(2017, 4, 21), "18–21 April 2017"),
        (date(2017, 4, 28), date(2017, 5, 1), "28 April – 1 May 2017"),
        (date(2017, 12, 30), date(2018, 1, 2), "30 December 2017 – 2 January 2018"),
    ],
)
def test_span_says_no_month_or_year_twice(first, last, words):
    assert span(first, last) == words
