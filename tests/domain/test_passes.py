"""Passes and serials: derived, recognised, and not mistaken for one another."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import base32, passes
from tracker.domain.certificates import new_serial, normalise_serial
from tracker.qr import symbol

payloads = st.text(base32.ALPHABET, min_size=26, max_size=26)


@given(st.binary(min_size=16, max_size=16))
def test_a_pass_is_well_formed_checked_and_in_the_alphanumeric_alphabet(secret_id):
    text = passes.derive_pass(b"k" * 32, secret_id)

    assert passes.is_well_formed(text)
    assert base32.is_checked(text.removeprefix(passes.PREFIX))
    assert (
        symbol(text, border=0).size == 25
    )  # version 2: byte mode would need version 3


@given(payloads, st.integers(0, 25), st.sampled_from(base32.ALPHABET))
def test_the_check_symbol_finds_every_single_mistake(payload, place, wrong):
    changed = payload[:place] + wrong + payload[place + 1 :]

    assert (base32.check_symbol(changed) == base32.check_symbol(payload)) == (
        changed == payload
    )


@given(payloads, st.integers(0, 25), st.integers(0, 25))
def test_the_check_symbol_finds_every_exchange_of_two(payload, one, other):
    symbols = list(payload)
    symbols[one], symbols[other] = symbols[other], symbols[one]
    changed = "".join(symbols)

    assert (base32.check_symbol(changed) == base32.check_symbol(payload)) == (
        changed == payload
    )


def test_a_typed_pass_is_put_right():
    text = passes.derive_pass(b"k" * 32, b"i" * 16)

    assert passes.normalise(passes.in_groups(text).lower().replace("1", "l")) == text


def test_another_offerings_key_makes_another_pass():
    assert passes.derive_pass(b"k" * 32, b"i" * 16) != passes.derive_pass(
        b"l" * 32, b"i" * 16
    )


def test_a_serial_is_no_pass_and_a_pass_no_serial():
    assert not passes.is_well_formed(new_serial())
    assert normalise_serial(passes.derive_pass(b"k" * 32, b"i" * 16)) is None


def test_a_typed_serial_is_put_right_and_a_wrong_one_refused():
    serial = new_serial()
    wrong = serial[:-1] + ("0" if serial[-1] != "0" else "1")

    assert normalise_serial(f"  {serial.lower().replace('-', ' ')} ") == serial
    assert normalise_serial(wrong) is None
