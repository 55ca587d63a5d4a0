"""kill -9 under load: what was acknowledged is in the database, whatever was killed.

By hand, for long runs:  python -m tests.faults.kills 1000 [--engine sqlite] [--seed 7]
"""

import argparse
import contextlib
import random  # noqa: TID251 - the same kills must come again for a seed
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.committed import committed_app, environment
from tests.databases import migrate
from tests.faults.offering import open_offering
from tests.faults.queue_client import Client
from tests.faults.victims import Application, Database, own_postgresql
from tracker.db import db
from tracker.models import Scan
from tracker.services import doctor

CLIENTS = 8
PEOPLE = 200
FRESH_ANSWERS = 8  # between two kills, so that each one meets work under way
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Found:
    """What a run found: kills by kind, answers, and what must be empty."""

    kills: Counter[str]
    acknowledged: int
    unclear: int
    refused: list[str]
    lost: list[str]
    broken: list[str]


def run_kills(engine: str, kills: int, folder: Path, seed: int) -> Found:
    """Kill `kills` times under scanning clients, then hold answers against rows."""
    with contextlib.ExitStack() as stack:
        database = None
        if engine == "postgresql":
            database = stack.enter_context(own_postgresql())
        url = database.url if database else f"sqlite:///{folder / 'muster.db'}"
        migrate(url)
        app = stack.enter_context(committed_app(url, folder))
        stack.enter_context(app.app_context())
        door = open_offering(PEOPLE)
        server = Application(environment(url, folder))
        stack.callback(server.stop)
        choose = random.Random(seed)  # noqa: S311 - nothing secret
        clients = [Client(door, server.port, seed + n) for n in range(CLIENTS)]
        killed = under_load(
            clients, server, ways(server, database, choose), kills=kills, choose=choose
        )
        db.session.remove()
        db.engine.dispose()  # some of its connections were killed
        return judge(clients, killed)


def ways(
    server: Application, database: Database | None, choose: random.Random
) -> dict[str, tuple[int, Callable[[], None]]]:
    """Return what may be killed: how often of a hundred, and how."""
    found: dict[str, tuple[int, Callable[[], None]]] = {
        "worker": (45, lambda: server.kill_worker(choose)),
        "server": (10, server.kill_all),
    }
    if database:
        found["backend"] = (40, lambda: database.kill_backend(choose))
        found["postgresql"] = (5, database.kill_all)
    return found


def under_load(
    clients: list[Client],
    server: Application,
    ways: dict[str, tuple[int, Callable[[], None]]],
    *,
    kills: int,
    choose: random.Random,
) -> Counter[str]:
    """Let clients scan, and kill as soon as each kill is followed by fresh answers."""
    killed: Counter[str] = Counter()
    for client in clients:
        client.start()
    try:
        for number in range(kills):
            await_answers(clients, server)
            name = chosen(ways, number, choose)
            ways[name][1]()
            killed[name] += 1
        await_answers(clients, server)
    finally:
        stop_all(clients)
    return killed


def stop_all(clients: list[Client]) -> None:
    """Let every client end its present scan."""
    for client in clients:
        client.ask_to_stop()
    for client in clients:
        client.join(PATIENCE_SECONDS)


def chosen(ways: dict[str, Any], number: int, choose: random.Random) -> str:
    """Choose each way once, then by its weight."""
    names = list(ways)
    if number < len(names):
        return names[number]
    return choose.choices(names, [weight for weight, _ in ways.values()])[0]


def await_answers(clients: list[Client], server: Application) -> None:
    """Wait until some more scans are acknowledged.

    Raises:
        RuntimeError: the system did not come back.
    """
    wanted = count_answers(clients) + FRESH_ANSWERS
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while count_answers(clients) < wanted:
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"no answers within {PATIENCE_SECONDS} s of a kill")
        server.keep_running()
        time.sleep(0.01)


def count_answers(clients: list[Client]) -> int:
    return sum(len(client.acknowledged) for client in clients)


def judge(clients: list[Client], killed: Counter[str]) -> Found:
    """Hold what was acknowledged against what is stored, and ask the doctor."""
    stored = dict(db.session.execute(sa.select(Scan.uid, Scan.outcome)).all())
    acknowledged: dict[str, str] = {}
    for client in clients:
        acknowledged |= client.acknowledged
    return Found(
        kills=killed,
        acknowledged=len(acknowledged),
        unclear=sum(client.unclear for client in clients),
        refused=[each for client in clients for each in client.refused],
        lost=[
            uid for uid, outcome in acknowledged.items() if stored.get(uid) != outcome
        ],
        broken=[check.name for check in doctor.run_checks() if not check.ok],
    )


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--engine", default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        found = run_kills(asked.engine, asked.kills, Path(folder), asked.seed)
    print(f"{found}\n{time.monotonic() - started:.0f} s")  # noqa: T201 - a command
    if found.lost or found.broken or found.refused:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
