"""`python -m bench [NAME …]`: measure, print, and write bench/results.json."""

import argparse
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from bench.benchmarks import BENCHMARKS, Benchmark
from bench.figures import Figure, table

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Run the benchmarks named, or all; exit 1 if one of them failed."""
    chosen = _chosen()
    signal.signal(signal.SIGTERM, _end)
    started, load = time.monotonic(), os.getloadavg()
    print(f"{os.cpu_count()} cores, load {load[0]:.1f} before the start.")
    print("Times differ between machines and runs: compare ratios.\n")
    done = [_outcome(benchmark) for benchmark in chosen]
    seconds = time.monotonic() - started
    _write(done, load, seconds)
    print(f"{seconds:.0f} s; written to {RESULTS.relative_to(Path.cwd())}.")
    return any(each["failure"] for each in done)


def _chosen() -> list[Benchmark]:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Muster, each figure beside a limit of the same run.",
        epilog="\n".join(f"{each.name:<14}{each.about}" for each in BENCHMARKS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [each.name for each in BENCHMARKS]
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all below")
    wanted = parser.parse_args().names
    if unknown := set(wanted) - set(names):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; see --help")
    return [each for each in BENCHMARKS if not wanted or each.name in wanted]


def _outcome(benchmark: Benchmark) -> dict[str, Any]:
    """Run one benchmark and print its figures; a failure ends it, not the others."""
    print(f"{benchmark.about}", flush=True)
    figures: list[Figure] = []
    failure = None
    try:
        with _limited(benchmark.seconds):
            for engine in benchmark.engines:
                figures += benchmark.measure(engine)
    except Exception as error:  # noqa: BLE001 - said, and told by the exit code
        failure = f"{type(error).__name__}: {error}"
        print(f"failed: {failure}", file=sys.stderr)
    if figures:
        print(table(figures) + "\n", flush=True)
    listed = [figure.as_json() for figure in figures]
    return {"name": benchmark.name, "failure": failure, "figures": listed}


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """End the block with an error if it takes longer."""

    def give_up(*_: object) -> NoReturn:
        raise TimeoutError(f"it took more than {seconds} s")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _end(*_: object) -> NoReturn:
    """Leave by way of every `finally`, so that what was started is ended."""
    raise SystemExit(143)


def _write(
    done: list[dict[str, Any]], load: tuple[float, float, float], seconds: float
) -> None:
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "load_before": load,
            "load_after": os.getloadavg(),
        },
        "benchmarks": done,
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped.")
