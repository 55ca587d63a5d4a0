"""The commands as somebody calls them, each on a database of its own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result

from tests.conftest import ENGINES, TEST_SECRET
from tests.databases import migrated_database
from tests.definitions import as_file, make_definition
from tracker import create_app
from tracker.cli import main
from tracker.config import read_settings
from tracker.db import db

T = TypeVar("T")


@dataclass(frozen=True)
class Terminal:
    """A terminal in an empty folder, with the environment that names the database."""

    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str | Path, code: int = 0) -> Result:
        """Run `tracker …` and hold its exit code against the expected one."""
        done = CliRunner().invoke(main, list(map(str, arguments)))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.stderr
        return done

    def ask(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run a command with --json: standard output is one document, nothing else."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def write(self, name: str, data: str | bytes) -> Path:
        """Write a file for a command to read."""
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def look(self, act: Callable[[], T]) -> T:
        """Look into the database that the commands have worked on."""
        app = create_app(read_settings(self.environ))
        with app.app_context():
            try:
                return act()
            finally:
                db.session.remove()
                db.engine.dispose()


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """What the database is: each command is tried on both."""
    return str(request.param)


@contextmanager
def fresh_terminal(engine: str, folder: Path) -> Iterator[Terminal]:
    """Open a terminal beside a database of its own."""
    url = migrated_database(engine, folder)
    with pytest.MonkeyPatch.context() as patch:
        environ = {
            "TRACKER_INSTANCE": str(folder / "instance"),
            "TRACKER_DATABASE_URL": url,
            "TRACKER_SECRET_KEY": TEST_SECRET,
        }
        for key, value in environ.items():
            patch.setenv(key, value)
        # Serving names the local address here; what it sets is undone with this.
        patch.setenv("TRACKER_BASE_URL", "")
        yield Terminal(folder, environ)


@pytest.fixture
def terminal(engine: str, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal beside a database of its own."""
    with fresh_terminal(engine, tmp_path) as terminal:
        yield terminal


@pytest.fixture
def offering(terminal: Terminal) -> str:
    """The code of an imported offering with three seats."""
    definition = make_definition()
    terminal.run("offering", "import", terminal.write("o.yaml", as_file(definition)))
    return str(definition["offering"]["code"])
