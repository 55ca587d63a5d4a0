"""Files that commands read and write; "-" is standard input and output."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from tracker.errors import ConflictError

STANDARD = "-"
OUTPUT = click.Path(dir_okay=False, allow_dash=True)


class Contents(click.ParamType[bytes]):
    """The bytes of a file, read before the command begins its transaction.

    One byte more than the limit is read at most: more is refused anyway.
    """

    name = "file"

    def __init__(self, limit: int) -> None:
        """Take the greatest length that is accepted, in bytes."""
        self.limit = limit

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """Open the file, or standard input for "-", and read it."""
        if isinstance(value, bytes):
            return value
        try:
            with click.open_file(value, "rb") as file:
                data: bytes = file.read(self.limit + 1)
        except OSError as error:
            self.fail(f"{value}: {error.strerror}", param, ctx)
        return data


def write_private(name: str, data: bytes) -> None:
    """Write a whole file or leave what was there; only its owner may read it.

    Raises:
        ConflictError: it cannot be written; says why.
    """
    if name == STANDARD:
        click.echo(data, nl=False)
        return
    with writing_private(Path(name)) as file:
        file.write(data)


@contextmanager
def writing_private(path: Path) -> Iterator[BinaryIO]:
    """Lend a file to write to, that then takes the place of `path`.

    It lies beside it and is renamed, so that nobody ever sees half of it; only its
    owner may read it. Where the block fails, what was there stays.

    Raises:
        ConflictError: it cannot be written; says why.
    """
    draft = None
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(draft).rename(path)
    except OSError as error:
        raise ConflictError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if draft is not None:
            Path(draft).unlink(missing_ok=True)


def refuse_mixed_output(*names: str | None) -> None:
    """Refuse to write two things to standard output at once.

    Raises:
        click.UsageError: exit code 2, like any wrong use.
    """
    wanted = [name for name in names if name == STANDARD]
    if len(wanted) + bool(click.get_current_context().meta.get("json")) > 1:
        raise click.UsageError("Only one thing can go to standard output.")


def write_outputs(*outputs: tuple[str | None, bytes]) -> tuple[list[str], str | None]:
    """Write files that were asked for; return their names, and what to say of them.

    Nothing is said where one of them is standard output.
    """
    wanted = [(name, data) for name, data in outputs if name is not None]
    for name, data in wanted:
        write_private(name, data)
    names = [name for name, _ in wanted]
    text = None if STANDARD in names else f"Wrote {' and '.join(names)}."
    return names, text
