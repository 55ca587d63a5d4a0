"""Large files at rest: they open whole, for their own name, or not at all."""

import hashlib
import io

import pytest

from tests.conftest import TEST_SECRET
from tracker import keys
from tracker.keys import KeyRing, WrongKeyError
from tracker.sealed_files import ADDED, PIECE, SealedWriter, plain_size, read_sealed


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    monkeypatch.setattr(keys, "_active", [KeyRing(TEST_SECRET)])


def seal(data: bytes, name: str = "a", step: int = 300_000) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, name)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    assert writer.finish() == hashlib.sha256(data).digest()
    return file.getvalue()


def open_(sealed: bytes, name: str = "a") -> bytes:
    return b"".join(read_sealed(io.BytesIO(sealed), name))


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE - 1])
def test_what_was_written_is_read_back_and_its_length_is_known(size):
    data = (b"Sample Name " * (size // 12 + 1))[:size]
    sealed = seal(data)

    assert open_(sealed) == data
    assert plain_size(len(sealed)) == size
    assert b"Sample" not in sealed


def test_a_changed_cut_or_swapped_file_does_not_open():
    sealed = seal(bytes(2 * PIECE + 10))
    piece = PIECE + ADDED
    changed = bytearray(sealed)
    changed[5] ^= 1
    swapped = sealed[piece : 2 * piece] + sealed[:piece] + sealed[2 * piece :]

    for wrong in (bytes(changed), sealed[:piece], sealed[: 2 * piece], swapped, b""):
        with pytest.raises(WrongKeyError):
            open_(wrong)
    with pytest.raises(WrongKeyError):
        open_(sealed, "b")
