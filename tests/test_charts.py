from math import hypot

import pytest

from tracker.charts import CENTRE, RADIUS, arc


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
