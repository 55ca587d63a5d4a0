"""Days as reports write them, and in which order."""

from datetime import date

import pytest

from tracker.domain.report_days import Order, order_of, readings

NOVEMBER_3 = date(2026, 11, 3)
BOTH = {Order.DAY: NOVEMBER_3, Order.MONTH: NOVEMBER_3}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03",
        "2026-11-03T09:15:00Z",
        " 2026/11/3 09:15 ",
        "03.11.2026",
        "3.11.26 09:15",
        "3 November 2026",
        "Tuesday, 3 November 2026, 9:15 AM",
        "Tue, 3rd Nov 2026",
        "3-Nov-2026",
        "November 3, 2026 9:15 AM",
        "Tuesday, Nov. 3rd, 2026",
        "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0660\u0663",  # Arabic digits
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert readings(text) == BOTH


@pytest.mark.parametrize(
    "text",
    ["", "soon", "46329", "2026-13-01", "31.2.2026", "0/0/2026", "3 Smarch 2026",
     "1-2-3", "2026-11-033", "9" * 100_000, "3 11 2026", "1/2-2026"],
)  # fmt: skip
def test_what_is_no_day_is_none(text):
    assert readings(text) == {}


def test_slashes_may_be_read_in_either_order():
    assert readings("4/3/2026") == {
        Order.DAY: date(2026, 3, 4),
        Order.MONTH: date(2026, 4, 3),
    }
    assert readings("25/3/2026") == {Order.DAY: date(2026, 3, 25)}


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["4/3/2026", "3/25/2026"], Order.MONTH),
        (["4/3/2026", "25/3/2026", ""], Order.DAY),
        (["4/3/2026"], None),
        (["4/4/2026", "2026-01-02"], Order.MONTH),
        (["25/3/2026", "3/25/2026"], Order.MONTH),
        ([], Order.MONTH),
    ],
)
def test_one_day_after_the_twelfth_shows_the_order_of_all(texts, order):
    assert order_of(map(readings, texts)) is order
