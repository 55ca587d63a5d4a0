"""Run Alembic on the connection that `tracker.services.database` hands over."""

from typing import Any, Literal

from alembic import context

import tracker.models  # noqa: F401 - importing them registers their tables
from tracker.db import SealedBytes, UTCDateTime, metadata


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration must
    not change when the application's code does.
    """
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, SealedBytes):
        return "sa.LargeBinary()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
