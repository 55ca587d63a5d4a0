"""A full disk: devices are told to keep what they have; nothing else happens."""

import contextlib
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, environment
from tests.conftest import ENGINES
from tests.databases import migrate
from tests.faults.kills import PEOPLE, await_answers, judge, stop_all
from tests.faults.offering import open_offering
from tests.faults.queue_client import Client
from tests.faults.victims import Application, own_postgresql
from tracker.db import db

pytestmark = pytest.mark.slow
ROOM = 64 * 1024  # bytes that a file may still grow
FULL = 60  # requests in vain that show that no more is taken
POSTGRESQL_LIMIT = 17 * 2**20  # more than a WAL segment, which is made whole


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_disk_loses_nothing_and_is_over_once_there_is_room(engine, tmp_path):
    """A limit on the size of files stands for the disk: the same writes fail."""
    with contextlib.ExitStack() as stack:
        database = None
        if engine == "postgresql":
            database = stack.enter_context(own_postgresql(POSTGRESQL_LIMIT))
        path = tmp_path / "muster.db"
        url = database.url if database else f"sqlite:///{path}"
        migrate(url)
        app = stack.enter_context(committed_app(url, tmp_path))
        stack.enter_context(app.app_context())
        door = open_offering(PEOPLE)
        if database:
            fill_scans()
        limit = None if database else path.stat().st_size + ROOM
        server = Application(environment(url, tmp_path), largest_file=limit)
        stack.callback(server.stop)
        clients = [Client(door, server.port, seed) for seed in range(4)]

        scan_while_full(clients, server, database)
        found = judge(clients, Counter())

    assert (found.lost, found.broken, found.refused) == ([], [], [])
    assert found.acknowledged > len(clients)


def scan_while_full(clients, server, database):
    """Scan until nothing is taken any more, make room, and scan on."""
    for client in clients:
        client.start()
    try:
        await_refusals(clients)
        server.stop()
        if database:
            database.lift_limit()
        server.largest_file = None
        server.start()
        await_answers(clients, server)
    finally:
        stop_all(clients)
        db.session.remove()
        db.engine.dispose()


def await_refusals(clients):
    wanted = sum(client.unclear for client in clients) + FULL
    give_up_at = time.monotonic() + 60
    while sum(client.unclear for client in clients) < wanted:
        assert time.monotonic() < give_up_at, "the disk never filled up"
        time.sleep(0.05)


def fill_scans():
    """Fill the table of scans until it takes no more, by refused scans of nobody."""
    fill = sa.text(
        "INSERT INTO scans (offering_id, uid, content_digest, direction, scanned_at,"
        " received_at, outcome, reason, is_late)"
        " SELECT 1, 'fill-' || :start || '-' || n,"
        " decode(repeat('00', 32), 'hex'), 'in', now(), now(), 'refused', 'not_a_pass',"
        " false FROM generate_series(1, 500) AS n"
    )
    for start in range(1000):
        try:
            db.session.execute(fill, {"start": str(start)})
        except sa.exc.InternalError:
            db.session.rollback()
            return
        db.session.commit()
    raise AssertionError("the table of scans did not fill")
