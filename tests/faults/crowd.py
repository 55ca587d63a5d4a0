"""Several people who act at the same moment, each a process with its own application.

Usage: python -m tests.faults.crowd MODULE FILE COUNT. It imports the module, then
forks COUNT processes; each calls the module's `act` with the plan (the JSON in FILE),
its number, and `ready`, which returns once all have called it. What each returns is
printed as a line of JSON. That they are forked spares each the import of everything,
which took most of their time and let the first be done before the last had begun.
"""

import importlib
import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

from tests.committed import environment

PATIENCE_SECONDS = 180

Act = Callable[[Any, int, Callable[[], int]], Any]


def send_crowd(module: str, plan: dict[str, Any], *, count: int) -> list[Any]:
    """Let so many processes act as the plan says; return what each answered."""
    folder = Path(plan["folder"])
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    done = subprocess.run(
        [sys.executable, "-m", __name__, module, str(path), str(count)],
        env=environment(plan["url"], folder),
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(module: str, path: str, count: int) -> int:
    """Run as a command; return how many processes failed."""
    act: Act = importlib.import_module(module).act
    plan = json.loads(Path(path).read_text())
    forking = multiprocessing.get_context("fork")
    barrier = forking.Barrier(count)
    crowd = [
        forking.Process(target=act_once, args=(act, plan, number, barrier))
        for number in range(count)
    ]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    return sum(each.exitcode != 0 for each in crowd)


def act_once(act: Act, plan: Any, number: int, barrier: Barrier) -> None:
    answer = act(plan, number, lambda: barrier.wait(PATIENCE_SECONDS))
    sys.stdout.write(json.dumps(answer) + "\n")  # in one piece, or lines would mix
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
