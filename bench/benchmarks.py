"""Every benchmark, in the order in which they run.

A new one is a function that takes an engine and yields its figures, in a module of
its own, and a line here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench import answers, boards, prints, scans, sight, size
from bench.databases import ENGINES
from bench.figures import Figure


@dataclass(frozen=True)
class Benchmark:
    """A name to ask for, what it measures, and how long it may take in all."""

    name: str
    about: str
    measure: Callable[[str], Iterable[Figure]]
    seconds: int
    engines: tuple[str, ...] = ENGINES


BENCHMARKS = (
    Benchmark("scans", "Check-ins one by one, eight doors", scans.check_ins, 90),
    Benchmark("batches", "Batches of 500 scans, four at once", scans.batches, 75),
    Benchmark("size", "The same check-in in a large database", size.check_ins, 120),
    Benchmark("board", "The live board of 2,000 people", boards.polls, 90),
    Benchmark("certificates", "Certificates, issued one by one", prints.issued, 60),
    Benchmark("results", "Results over 2,000 responses", answers.results, 60),
    Benchmark("door", "From code in view to answer", sight.answers, 60, ("sqlite",)),
    Benchmark("badges", "Badge sheets, typeset", prints.badges, 30, ("sqlite",)),
)
