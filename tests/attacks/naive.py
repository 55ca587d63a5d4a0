"""What the attacks must succeed against: plain answers beside their receipts.

One table, an id that counts up, a date, a log line and a mail for each answer; in
a database that keeps what is deleted.
"""

from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.attacks.traces import PAGE_BYTES, Trace, raw_bytes, read_rows


class NaiveStore:
    """Takes each answer as it comes, in a transaction of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        is_sqlite = url.startswith("sqlite")
        self.engine: Engine = sa.create_engine(
            f"sqlite:///{folder / 'naive.db'}" if is_sqlite else url
        )
        if is_sqlite:
            sa.event.listen(self.engine, "connect", _keep_what_is_deleted)
        self.trace = Trace([], PAGE_BYTES[self.engine.dialect.name])
        key = "INTEGER" if is_sqlite else "SERIAL"
        option = "" if is_sqlite else " WITH (autovacuum_enabled = false)"
        with self.engine.begin() as connection:
            connection.execute(
                sa.text(
                    f"CREATE TABLE naive_answers (id {key} PRIMARY KEY,"
                    f" enrollment_id INTEGER, at TEXT, answers TEXT){option}"
                )
            )

    def take(self, enrollment_id: int, text: str, at: datetime) -> None:
        """Store one answer, log it, thank for it by mail, and certify."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO naive_answers (enrollment_id, at, answers)"
                    " VALUES (:person, :at, :text)"
                ),
                {"person": enrollment_id, "at": at.isoformat(), "text": text},
            )
        self.trace.known.append(enrollment_id)
        self.trace.log += f"{at} stored: {text}\n"
        self.trace.mails += f"Thank you for writing: {text}\n"
        serial = f"S-{len(self.trace.known):04}"
        issued_at = at + timedelta(seconds=2)
        self.trace.certificates.append((enrollment_id, issued_at, serial))

    def close(self) -> Trace:
        """Make the backups, then delete all; return what is left to be found."""
        with self.engine.begin() as connection:
            rows = read_rows(connection, "naive_answers", "answers")
            self.trace.sealed = self.trace.answers = rows
        with self.engine.connect() as connection:
            self.trace.raw = raw_bytes(connection, ["naive_answers"])
        with self.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM naive_answers"))
        with self.engine.connect() as connection:
            self.trace.deleted = raw_bytes(connection, ["naive_answers"])
        self.engine.dispose()
        return self.trace


def _keep_what_is_deleted(connection: object, _record: object) -> None:
    connection.execute("PRAGMA secure_delete = OFF")  # type: ignore[attr-defined]
