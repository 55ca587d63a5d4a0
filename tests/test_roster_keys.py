"""Who holds a pass opens its record, and nobody else opens or finds one."""

import pytest
from cryptography.exceptions import InvalidTag

from tracker.domain import passes
from tracker.roster_keys import (
    BLOCK_BYTES,
    common_length,
    derive_record_key,
    open_content,
    seal_content,
)

# The same two lines stand in tests/js/roster-keys.test.mjs: the browser derives alike.
PASS = "MP1-00000000000000000000000C1S9"
DERIVED = (
    "b7037ec340ce3be6e28b4888ed4c16a5",
    "e9abe9fd985c57f67074f133577b7cd44c5dd15869be4c764af2139aa1ae7ad2",
)

KEY = bytes(range(32))
NONCE = bytes(12)


def some_pass(number: int) -> str:
    return passes.derive_pass(KEY, number.to_bytes(16))


def test_the_derivation_is_the_one_the_browser_has():
    found = derive_record_key(PASS)

    assert (found.id, found.key.hex()) == DERIVED


def test_every_pass_has_a_record_and_a_key_of_its_own():
    found = [derive_record_key(some_pass(number)) for number in range(200)]

    assert len({each.id for each in found}) == 200
    assert len({each.key for each in found}) == 200


def test_a_record_opens_with_its_pass():
    found = derive_record_key(some_pass(1))
    content = {"name": "Zoë Sample-Østergård", "in": {"3": 1793718000}}

    sealed = seal_content(found, content, common_length([content]), NONCE)

    assert open_content(found, NONCE, sealed) == content


@pytest.mark.parametrize("changed", ["key", "id", "nonce", "sealed"])
def test_a_record_does_not_open_with_anything_changed(changed):
    found = derive_record_key(some_pass(1))
    sealed, nonce = seal_content(found, {"name": "Ada"}, 128, NONCE), NONCE
    other = derive_record_key(some_pass(2))
    if changed in {"key", "id"}:
        found = found._replace(**{changed: getattr(other, changed)})
    elif changed == "nonce":
        nonce = b"x" + NONCE[1:]
    else:
        sealed = bytes([sealed[0] ^ 1]) + sealed[1:]

    with pytest.raises(InvalidTag):
        open_content(found, nonce, sealed)


def test_all_contents_are_padded_to_one_length_whatever_they_hold():
    short, long = {"name": "Bo"}, {"name": "ö" * 70}
    length = common_length([short, long])

    sealed = {
        len(seal_content(derive_record_key(some_pass(n)), content, length, NONCE))
        for n, content in enumerate((short, long))
    }

    assert length == 2 * BLOCK_BYTES
    assert sealed == {length + 16}


def test_a_roster_of_nobody_has_a_length_too():
    assert common_length([]) == BLOCK_BYTES
