"""The schema goes up and down with data on both engines, and is the models'."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask

from tests.conftest import ENGINES, settings_for
from tests.databases import empty_database
from tests.held import hold_offering
from tracker import create_app
from tracker.db import Base, db, metadata
from tracker.services import database, doctor
from tracker.services.database import alembic_config, downgrade, model_differences

REVISIONS = [
    script.revision
    for script in reversed(
        list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
    )
]


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has no schema yet."""
    url = empty_database(request.param, tmp_path)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def migrated(empty: Flask) -> Flask:
    database.upgrade(db.engine)
    return empty


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as the database holds it."""
    found = {}
    with db.engine.connect() as connection:
        for name in sorted(tables() - {"alembic_version"}):
            wanted = sa.text(f"SELECT * FROM {name}")  # noqa: S608 - our own tables
            read = [tuple(map(plain, row)) for row in connection.execute(wanted)]
            found[name] = sorted(read, key=repr)
    return found


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_models_equal_the_migrated_schema(migrated):
    assert model_differences(db.engine) == []
    assert tables() == set(metadata.tables) | {"alembic_version"}


def test_constraints_of_the_models_are_in_the_database(migrated):
    """Alembic compares no CHECK constraints, and they are what keeps closed lists."""
    inspector = sa.inspect(db.engine)
    for table in metadata.tables.values():
        wanted = {
            str(each.name)
            for each in table.constraints
            if isinstance(each, sa.CheckConstraint)
        }
        found = {each["name"] for each in inspector.get_check_constraints(table.name)}
        assert found == wanted, table.name


def test_upgrading_twice_changes_nothing(migrated, tmp_path):
    hold_offering()
    before = rows()

    database.upgrade(db.engine)

    assert rows() == before
    assert database.is_current()


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_migration_goes_up_down_and_up_again(empty, revision):
    place = REVISIONS.index(revision)
    before = REVISIONS[place - 1] if place else "base"
    database.upgrade(db.engine, revision)
    there = schema()

    downgrade(db.engine, before)
    database.upgrade(db.engine, revision)

    assert schema() == there


def schema() -> dict[str, list[str]]:
    inspector = sa.inspect(db.engine)
    return {
        name: sorted(str(column["name"]) for column in inspector.get_columns(name))
        for name in tables()
    }


def test_later_migrations_go_down_and_up_with_data_or_refuse_to_lose_any(
    migrated, tmp_path
):
    hold_offering()
    before = rows()

    for target in reversed(REVISIONS[:-1]):
        try:
            downgrade(db.engine, target)
        except RuntimeError:
            assert rows() == before
        database.upgrade(db.engine)
        assert rows() == before

    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_the_first_migration_refuses_to_go_down_where_data_would_be_lost(
    migrated, tmp_path
):
    hold_offering()
    before = rows()

    with pytest.raises(RuntimeError, match="would be lost"):
        downgrade(db.engine, "base")

    assert rows() == before
    assert database.is_current()


def test_an_empty_database_goes_all_the_way_down(migrated):
    downgrade(db.engine, "base")

    assert tables() == {"alembic_version"}


def test_a_migration_that_fails_leaves_what_was_there(empty):
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE users (id INTEGER)"))

    with pytest.raises(sa.exc.SQLAlchemyError):
        database.upgrade(db.engine)

    assert tables() == {"users"}


def test_a_database_behind_its_migrations_is_not_ready(empty):
    client = empty.test_client()
    as_program = {"Accept": "application/json"}

    assert client.get("/readyz", headers=as_program).status_code == 503
    db.session.remove()
    database.upgrade(db.engine)
    assert client.get("/readyz", headers=as_program).json == {"status": "ready"}


def test_migrations_are_one_line_of_numbers():
    numbers = [f"{number:04}" for number in range(1, len(REVISIONS) + 1)]

    assert numbers == REVISIONS


def test_every_table_has_a_model():
    mapped = {model.__tablename__ for model in Base.__subclasses__()}

    assert mapped == set(metadata.tables)
