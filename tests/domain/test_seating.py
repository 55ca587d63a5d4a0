"""Seats left: the total holds, and reserved seats are for whom they are reserved."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.admissions import Reservation, ReservedFor
from tracker.domain.seating import Seated, room

PROSECUTORS = Reservation(ReservedFor.DISCIPLINE, "Prosecutors", 2)
OUR_AGENCY = Reservation(ReservedFor.AGENCY, "Sample Agency", 1)
OFFICER = Seated("Law enforcement", "Another Agency")
PROSECUTOR = Seated("prosecutors", "Another Agency")


def test_without_reservations_what_is_left_is_the_total_less_the_seated():
    left = room(3, [], [OFFICER, PROSECUTOR])

    assert left.left_for(OFFICER) == 1
    assert not left.is_full


def test_a_reserved_seat_is_not_left_for_others():
    left = room(3, [PROSECUTORS], [OFFICER])

    assert (left.left_for(OFFICER), left.left_for(PROSECUTOR)) == (0, 2)
    assert not left.is_full


def test_who_fits_takes_reserved_seats_first_and_then_general_ones():
    left = room(4, [PROSECUTORS], [PROSECUTOR] * 3)

    assert (left.left_for(OFFICER), left.left_for(PROSECUTOR)) == (1, 1)


def test_who_fits_two_reservations_takes_the_one_that_fewer_fit():
    both = Seated("Prosecutors", "Sample Agency")

    left = room(3, [PROSECUTORS, OUR_AGENCY], [both, PROSECUTOR, PROSECUTOR])

    assert left.is_full


def test_a_reservation_larger_than_the_total_makes_no_seats():
    left = room(1, [PROSECUTORS], [])

    assert (left.left_for(OFFICER), left.left_for(PROSECUTOR)) == (0, 1)


def test_more_seated_than_seats_leave_none_and_never_less():
    assert room(1, [], [OFFICER, OFFICER]).left_for(OFFICER) == 0


seated = st.builds(
    Seated,
    st.sampled_from(["Prosecutors", "Law enforcement"]),
    st.sampled_from(["Sample Agency", "Another Agency"]),
)


@given(
    total=st.integers(0, 6),
    wanting=st.lists(seated, max_size=10),
    reserved=st.lists(st.sampled_from([PROSECUTORS, OUR_AGENCY]), unique=True),
)
def test_giving_seats_while_any_are_left_never_exceeds_the_total(
    total, wanting, reserved
):
    given_to: list[Seated] = []
    for each in wanting:
        if room(total, reserved, given_to).left_for(each):
            given_to.append(each)

    assert len(given_to) <= total


@given(people=st.lists(seated, max_size=6), total=st.integers(0, 6))
def test_the_order_of_arrival_changes_nothing(people, total):
    reserved = [PROSECUTORS, OUR_AGENCY]

    assert room(total, reserved, people) == room(total, reserved, people[::-1])
