"""The tests' own PostgreSQL: shared, copied from templates, and gone afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests import postgres

ROOT = Path(__file__).parent.parent
ASK_AND_STAY = (
    "from tests import postgres\nprint(postgres.server_uri(), flush=True)\ninput()\n"
)


@pytest.fixture
def template() -> Iterator[str]:
    name = f"template_{os.getpid()}"
    url = postgres.create_database(name)
    with psycopg.connect(postgres.conninfo(url)) as connection:
        connection.execute("CREATE TABLE passes AS SELECT 'MUSTER' AS code")
    yield name
    postgres.drop_database(name)


def test_a_new_database_has_what_its_template_has(template):
    name = f"copy_{os.getpid()}"
    engine = sa.create_engine(postgres.create_database(name, template))

    with engine.connect() as connection:
        codes = connection.scalars(sa.text("SELECT code FROM passes")).all()
    engine.dispose()
    postgres.drop_database(name)

    assert codes == ["MUSTER"]


def test_a_dropped_database_is_gone_even_while_somebody_is_connected(template):
    name = f"dropped_{os.getpid()}"
    url = postgres.conninfo(postgres.create_database(name, template))
    connection = psycopg.connect(url)

    postgres.drop_database(name)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    connection.close()


def test_the_server_is_as_durable_as_in_production_and_takes_many_connections():
    settings = ["fsync", "synchronous_commit", "full_page_writes", "max_connections"]
    with postgres.maintenance() as connection:
        found = [connection.execute(f"SHOW {name}").fetchone() for name in settings]

    assert found == [("on",), ("on",), ("on",), ("200",)]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind_when_a_run_ends(end, tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_XDIST_WORKER"}
    run = subprocess.Popen(
        [sys.executable, "-c", ASK_AND_STAY],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stdout is not None
        uri = run.stdout.readline().strip()
        folder = Path(uri.partition("host=")[2])
        psycopg.connect(postgres.conninfo(uri)).close()
        run.send_signal(end)

    give_up_at = time.monotonic() + 10
    while list(Path(tempfile.gettempdir()).glob(f"{folder.name}*")):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.conninfo(uri))


def test_a_server_of_ones_own_may_trade_durability_for_speed():
    with (
        postgres.running_server(durable=False) as uri,
        psycopg.connect(postgres.conninfo(uri)) as connection,
    ):
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
