"""Large files at rest: sealed piece by piece, so that neither end holds them whole.

Each piece is sealed under the master key for its file, its place in the file and
whether it is the last: pieces that are cut off, swapped or of another file do not open.
"""

import hashlib
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from tracker import keys
from tracker.keys import WrongKeyError

PIECE = 1024 * 1024
ADDED = 28
"""What sealing adds to a piece: a nonce of 12 bytes and a tag of 16."""


class SealedWriter(io.RawIOBase):
    """A file to write to, in order, that lands sealed in another one.

    `name` is the file's own; it opens under no other. Without `finish` nothing of it
    opens as whole.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Take the file to write sealed pieces to."""
        super().__init__()
        self._file, self._name = file, name
        self._waiting = bytearray()
        self._count = 0
        self._digest = hashlib.sha256()

    def writable(self) -> bool:
        """Say that it takes bytes; it can neither be read nor sought."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; whole pieces are sealed and written on at once."""
        self._digest.update(data)
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> bytes:
        """Write the last piece; return the SHA-256 of the whole in clear."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()
        return self._digest.digest()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        place = _place(self._name, self._count, is_last=is_last)
        self._file.write(keys.ring().seal(place, piece))
        self._count += 1


def _place(name: str, count: int, *, is_last: bool) -> str:
    return f"files.{name}.{count}.{'last' if is_last else 'more'}"


def read_sealed(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Give what was written to a sealed file, piece by piece.

    Raises:
        WrongKeyError: another key or file, or it was changed or cut.
    """
    count, sealed = 0, file.read(PIECE + ADDED)
    while sealed:
        following = file.read(PIECE + ADDED)
        place = _place(name, count, is_last=not following)
        yield keys.ring().open(place, sealed)
        count, sealed = count + 1, following
    if not count:
        raise WrongKeyError("a sealed file is empty")


def plain_size(sealed_size: int) -> int:
    """Return how long a file is in clear, by its length on the disk."""
    pieces = -(-sealed_size // (PIECE + ADDED))
    return sealed_size - pieces * ADDED
