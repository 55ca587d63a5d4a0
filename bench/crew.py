"""Work in processes of its own, so that it is neither measured nor slowed as ours."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import BrokenBarrierError
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

START_SECONDS = 30
SPAWN = get_context("spawn")


def run_all(work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
    """Do `work(task)` for each task in a process of its own, all starting together.

    Raises:
        RuntimeError: one of them failed; says how. The others are ended.
    """
    with _started(work, tasks) as pipes:
        return [_received(pipe) for pipe in pipes]


@contextmanager
def _started(
    work: Callable[[Task], Any], tasks: Sequence[Task]
) -> Iterator[list[Connection]]:
    gate = SPAWN.Barrier(len(tasks))
    pipes, processes = [], []
    try:
        for task in tasks:
            ours, theirs = SPAWN.Pipe(duplex=False)
            process = SPAWN.Process(
                target=_do, args=(work, task, gate, theirs), daemon=True
            )
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        yield pipes
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _do(work: Callable[[Any], Any], task: Any, gate: Any, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us ends us
    try:
        gate.wait(START_SECONDS)
        pipe.send((work(task), None))
    except (Exception, BrokenBarrierError) as error:  # noqa: BLE001 - told to whoever waits
        pipe.send((None, repr(error)))


def _received(pipe: Connection) -> Any:
    try:
        result, error = pipe.recv()
    except EOFError:
        result, error = None, "a process of the benchmark ended too early"
    if error:
        raise RuntimeError(error)
    return result
