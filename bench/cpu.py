"""CPU time of processes with all their descendants."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass
class Spent:
    """CPU seconds spent within a block; set when the block ends."""

    seconds: float = 0.0


@contextmanager
def counted(roots: Iterable[int]) -> Iterator[Spent]:
    """Count what the processes `roots` and their descendants spend within the block.

    Processes that end meanwhile are not counted; servers keep theirs.
    """
    roots, spent = list(roots), Spent()
    before = _times(roots)
    yield spent
    after = _times(roots)
    spent.seconds = sum(used - before.get(pid, 0.0) for pid, used in after.items())


def _times(roots: Iterable[int]) -> dict[int, float]:
    """Return the CPU seconds of each process below `roots`, by process id."""
    table = {pid: (parent, used) for pid, parent, used in _processes()}
    wanted = set(roots)
    found: dict[int, float] = {}
    while wanted:
        found |= {pid: table[pid][1] for pid in wanted if pid in table}
        wanted = {
            pid for pid, (parent, _) in table.items() if parent in wanted
        } - found.keys()
    return found


def _processes() -> Iterable[tuple[int, int, float]]:
    return _from_proc() if PROC.joinpath("self/stat").exists() else _from_ps()


def _from_proc() -> Iterator[tuple[int, int, float]]:
    tick = os.sysconf("SC_CLK_TCK")
    for folder in PROC.glob("[0-9]*"):
        try:
            text = folder.joinpath("stat").read_text()
        except OSError:  # it has just ended
            continue
        values = text.rpartition(")")[2].split()  # the name before may hold spaces
        yield (
            int(folder.name),
            int(values[1]),
            (int(values[11]) + int(values[12])) / tick,
        )


def _from_ps() -> Iterator[tuple[int, int, float]]:
    """Ask `ps`, which on macOS counts in hundredths of a second."""
    listing = subprocess.run(
        ["/bin/ps", "-Ao", "pid=,ppid=,time="],
        check=True,
        capture_output=True,
        text=True,
    )
    for line in listing.stdout.splitlines():
        pid, parent, used = line.split()
        seconds = 0.0
        for part in used.replace("-", ":").split(":"):
            seconds = seconds * 60 + float(part)
        yield int(pid), int(parent), seconds
