"""The schema: its migrations, and whether the database has them all."""

from functools import lru_cache
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from tracker import models
from tracker.config import shipped_folder
from tracker.db import db, metadata, writing


def alembic_config(connection: Connection | None = None) -> Config:
    """Configure Alembic in code: there is no ini file to find."""
    config = Config()
    config.set_main_option("script_location", str(shipped_folder("migrations")))
    config.attributes["connection"] = connection
    return config


@lru_cache(maxsize=1)
def newest_revision() -> str | None:
    """Return the newest migration's revision."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def current_revision(connection: Connection) -> str | None:
    """Return the database's revision; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current() -> bool:
    """Say whether the database has every migration."""
    return current_revision(db.session.connection()) == newest_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Create or migrate the schema.

    The migrations run in one transaction, so a failure leaves what was there.
    """
    with writing(), engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to `revision`."""
    with writing(), engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def model_differences(engine: Engine) -> list[Any]:
    """Compare the models with the migrated schema; empty means equal."""
    assert models.__all__  # noqa: S101 - importing the models registers their tables
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        return list(compare_metadata(context, metadata))


def write_revision(engine: Engine, message: str, revision_id: str) -> None:
    """Draft a migration from the models; for developers."""
    with writing(), engine.begin() as connection:
        command.revision(
            alembic_config(connection), message, autogenerate=True, rev_id=revision_id
        )
