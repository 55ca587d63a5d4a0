"""The room code: each segment's own, for two steps, never taken for another kind."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.domain import base32, certificates, passes, room_codes
from tracker.domain.room_codes import STEP_SECONDS, derive_room_code, derive_short_code

KEY, VEIL = room_codes.room_key(bytes(range(32))), bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=STEP_SECONDS)
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

keys = st.binary(min_size=32, max_size=32)
segments = st.integers(1, 2**40 - 1)
steps = st.integers(0, 2**40)
moments = st.integers(10**15, 4 * 10**15).map(
    lambda microseconds: EPOCH + timedelta(microseconds=microseconds)
)


def start_of(step):
    return datetime.fromtimestamp(step * STEP_SECONDS, UTC)


@given(key=keys, veil=keys, segment=segments, step=steps)
def test_a_room_code_names_its_segment_to_the_server_alone(key, veil, segment, step):
    text = derive_room_code(key, veil, segment, step)

    assert room_codes.read_segment_id(text, veil) == segment
    assert room_codes.read_segment_id(text, bytes(reversed(range(32)))) != segment
    assert set(text) <= QR_ALPHANUMERIC


@given(segment=segments, moment=moments)
def test_a_code_is_taken_in_its_step_and_the_next_and_no_other(segment, moment):
    step = room_codes.step_of(moment)
    text = derive_room_code(KEY, VEIL, segment, step)
    short = derive_short_code(KEY, segment, step)

    taken = [
        (
            room_codes.is_valid(text, KEY, VEIL, segment, moment + n * STEP),
            room_codes.is_valid_short(short, KEY, segment, moment + n * STEP),
        )
        for n in (-2, -1, 0, 1, 2, 3)
    ]

    no, yes = (False, False), (True, True)
    assert taken == [no, no, yes, yes, no, no]


def test_a_step_begins_at_its_first_instant_and_ends_before_the_next():
    text = derive_room_code(KEY, VEIL, 7, 100)

    def is_taken(at):
        return room_codes.is_valid(text, KEY, VEIL, 7, at)

    first, after = start_of(100), start_of(102)
    instant = timedelta(microseconds=1)
    assert (is_taken(first - instant), is_taken(first)) == (False, True)
    assert (is_taken(after - instant), is_taken(after)) == (True, False)


@given(moment=moments)
def test_the_seconds_left_lead_to_the_next_step(moment):
    left = room_codes.seconds_left(moment)

    assert 0 < left <= STEP_SECONDS
    later = moment + timedelta(seconds=left, milliseconds=1)
    assert room_codes.step_of(later) == room_codes.step_of(moment) + 1


@given(key=keys, other_key=keys, segment=segments, other=segments, moment=moments)
def test_no_other_segment_or_offering_takes_a_code(
    key, other_key, segment, other, moment
):
    assume(key != other_key and segment != other)
    text = derive_room_code(key, VEIL, segment, room_codes.step_of(moment))

    assert not room_codes.is_valid(text, key, VEIL, other, moment)
    assert not room_codes.is_valid(text, other_key, VEIL, segment, moment)


@given(
    segment=segments,
    place=st.integers(0, room_codes.PAYLOAD_SYMBOLS),
    symbol=st.sampled_from(base32.ALPHABET),
)
def test_one_wrong_symbol_makes_it_no_room_code(segment, place, symbol):
    text = derive_room_code(KEY, VEIL, segment, 5)
    at = len(room_codes.PREFIX) + place
    wrong = text[:at] + symbol + text[at + 1 :]
    assume(wrong != text)

    assert room_codes.read_segment_id(wrong, VEIL) is None


@given(segment=segments, step=steps)
def test_codes_of_two_steps_share_nothing_to_look_at(segment, step):
    one, two = (derive_room_code(KEY, VEIL, segment, step + n) for n in (0, 1))

    places = zip(one[4:-1], two[4:-1], strict=True)
    assert sum(a == b for a, b in places) < 12
    assert derive_short_code(KEY, segment, step) not in one


@given(
    text=st.sampled_from(["{}", " {} ", "HTTPS://MUSTER.EXAMPLE.ORG/R/{}", "/r/{}/"]),
    lower=st.booleans(),
    segment=segments,
)
def test_what_a_camera_or_a_person_gives_is_the_code_again(text, lower, segment):
    code = derive_room_code(KEY, VEIL, segment, 9)
    given_text = text.format(code)

    said = given_text.lower() if lower else given_text

    assert room_codes.normalise(said) == code


@given(segment=segments, step=steps)
def test_a_short_code_may_be_typed_with_its_gap_and_like_looking_letters(segment, step):
    short = derive_short_code(KEY, segment, step)
    shown = room_codes.in_groups(short)

    assert room_codes.normalise(shown.lower().replace("0", "o")) == short
    assert room_codes.is_well_formed_short(short)


@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_read_without_a_fault(text):
    typed = room_codes.normalise(text)

    assert room_codes.read_segment_id(typed, VEIL) is None
    assert not room_codes.is_valid(typed, KEY, VEIL, 1, start_of(3))
    if not room_codes.is_well_formed_short(typed):
        assert not room_codes.is_valid_short(typed, KEY, 1, start_of(3))


@given(secret=st.binary(min_size=16, max_size=16), segment=segments, step=steps)
def test_a_pass_a_serial_and_a_room_code_are_never_taken_for_each_other(
    secret, segment, step
):
    """I20."""
    code = derive_room_code(KEY, VEIL, segment, step)
    short = derive_short_code(KEY, segment, step)
    pass_text = passes.derive_pass(KEY, secret)

    assert not passes.is_well_formed(code)
    assert not passes.is_well_formed(passes.normalise(code))
    assert not room_codes.is_well_formed(pass_text)
    assert not room_codes.is_well_formed(room_codes.normalise(pass_text))
    assert not room_codes.is_well_formed(short)
    serial = certificates.new_serial()
    for other in (code, short):
        assert certificates.normalise_serial(other) is None
    assert not room_codes.is_well_formed(room_codes.normalise(serial))
    assert not room_codes.is_well_formed_short(room_codes.normalise(serial))


@pytest.mark.parametrize("text", ["", "MR1-", "MR1-" + "0" * 24, "MR1-" + "U" * 25])
def test_what_is_too_short_or_of_other_letters_is_no_room_code(text):
    assert not room_codes.is_well_formed(text)
    assert room_codes.read_segment_id(text, VEIL) is None
