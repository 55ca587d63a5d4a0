"""What the benchmarks print; none of them is run here."""

import subprocess
import sys

from bench.benchmarks import BENCHMARKS
from bench.figures import Figure, Goal, Limit, table


def test_help_lists_every_benchmark():
    asked = [sys.executable, "-m", "bench", "--help"]
    printed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    listed = [line.split()[0] for line in printed.splitlines() if line]
    assert [each.name for each in BENCHMARKS if each.name not in listed] == []


def test_an_unknown_benchmark_is_refused():
    asked = [sys.executable, "-m", "bench", "sacns"]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)

    assert (done.returncode, "unknown: sacns" in done.stderr) == (2, True)


def test_all_benchmarks_together_have_names_of_their_own():
    names = [each.name for each in BENCHMARKS]

    assert sorted(set(names)) == sorted(names)


def test_a_figure_stands_beside_its_limit_and_its_goal():
    plain, least = Limit("plain inserts", 4000), Goal(1000, is_least=True)
    figures = [
        Figure("check-ins", "sqlite", 1250.4, "/s", plain, least),
        Figure("p99", "", 31.25, "ms", None, Goal(20)),
    ]

    assert table(figures).splitlines() == [
        "figure     engine  measured  limit                  ratio  goal",
        "check-ins  sqlite  1,250 /s  4,000 (plain inserts)  0.313  ≥ 1,000  met",
        "p99                31.2 ms                                 ≤ 20     NOT MET",
    ]


def test_results_say_the_same_as_the_table():
    figure = Figure("p99", "", 10.0, "ms", Limit("alone", 5.0), Goal(20))

    assert figure.as_json() == {
        "name": "p99",
        "engine": None,
        "value": 10.0,
        "unit": "ms",
        "limit": {"name": "alone", "value": 5.0},
        "ratio": 2.0,
        "goal": "≤ 20",
        "met": True,
    }
