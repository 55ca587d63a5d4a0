from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.charts import CENTRE, RADIUS, Slice, arc, diverging, reach


def ends(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    start, rest = path.removeprefix("M").split("A")
    numbers = rest.split()
    x, y = start.split()
    return (float(x), float(y)), (float(numbers[-2]), float(numbers[-1]))


@pytest.mark.parametrize("count", [1, 2, 3, 13, 60, 200])
@pytest.mark.parametrize("inset", [False, True])
def test_every_arc_lies_on_the_ring_and_has_a_length(count, inset):
    for index in range(count):
        first, last = ends(arc(index, count, inset=inset))
        for x, y in (first, last):
            assert hypot(x - CENTRE, y - CENTRE) == pytest.approx(RADIUS, abs=0.02)
        assert first != last


def test_first_arc_begins_at_the_top_and_runs_with_the_clock():
    (x, y), (later_x, later_y) = ends(arc(0, 13))

    assert x > CENTRE
    assert y < CENTRE
    assert (later_x > x, later_y > y) == (True, True)


def test_the_only_arc_of_one_takes_the_long_way_round():
    assert " 0 1 1 " in arc(0, 1)


def test_inset_arc_is_shorter_than_the_arc_it_fits_into():
    outer, inner = ends(arc(0, 60)), ends(arc(0, 60, inset=True))

    assert outer[0][0] < inner[0][0] < inner[1][0] < outer[1][0]


def test_a_diverging_bar_has_the_middle_of_its_middle_answer_in_the_middle():
    bar = {1: 1, 2: 0, 3: 2, 4: 0, 5: 1}

    assert diverging(bar, reach([bar])) == [
        Slice(1, 1, 0.0, 25.0, 25),
        Slice(3, 2, 25.0, 50.0, 50),
        Slice(5, 1, 75.0, 25.0, 25),
    ]


bars = st.fixed_dictionaries(dict.fromkeys(range(1, 6), st.integers(0, 40))).filter(
    lambda bar: sum(bar.values()) > 0
)


@given(st.lists(bars, min_size=1, max_size=5))
def test_bars_that_are_seen_together_fit_and_share_a_scale(together):
    shared = reach(together)

    drawn = [(bar, diverging(bar, shared)) for bar in together]

    for bar, slices in drawn:
        assert slices[0].x >= -0.01
        assert slices[-1].x + slices[-1].width <= 100.02
        lengths = sum(each.width for each in slices)
        assert lengths == pytest.approx(50 / shared, abs=0.05)
        assert {each.value: each.count for each in slices} == {
            value: count for value, count in bar.items() if count
        }
