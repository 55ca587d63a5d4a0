"""A whole training on real parts: database, SMTP server, worker, sockets, commands.

What a person does in a browser, the story does there; this module sets the stage
and keeps the clock.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Page

from tests.committed import committed_app, environment, make_url
from tests.conftest import TestClock
from tests.definitions import as_file, make_definition
from tests.factories import NINE_AM
from tests.serving import serve
from tests.smtp import MailCatcher, catching_mail
from tracker.cli import main
from tracker.services import jobs

CODE = "STORY1"
PASSPHRASE = "a long passphrase of seven plain words"
DAYS = (4, 4, 3, 2)
NAMES = (
    "Sample Full",
    "Sample Twelve",
    "Sample Silent",
    "Sample Late",
    "Sample Voided",
)


@dataclass
class Training:
    """The stage: where it is served, its clock and its mail; what commands printed."""

    app: Flask
    url: str
    clock: TestClock
    mail: MailCatcher
    environ: dict[str, str]
    folder: Path
    starts: list[datetime] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Any:
        """Run a `tracker` command as a person would; return its JSON."""
        result = CliRunner().invoke(main, [*arguments, "--json"], env=self.environ)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def passes(self) -> dict[str, str]:
        """Return every pass by name, from the command that prints them."""
        path = self.folder / "passes.csv"
        self.run("passes", CODE, "--csv", str(path))
        lines = [line.split(",") for line in path.read_text().splitlines()[1:]]
        return {line[1]: line[3] for line in lines}

    def enrollments(self) -> dict[str, str]:
        """Return every enrollment's public id by name."""
        path = self.folder / "passes.csv"
        lines = [line.split(",") for line in path.read_text().splitlines()[1:]]
        return {line[1]: line[0] for line in lines}

    def scan(self, text: str) -> Any:
        """Scan a pass as a program does; return the outcome."""
        request = Request(  # noqa: S310 - our own address
            f"{self.url}/api/v1/offerings/{CODE}/scans",
            json.dumps({"scans": [{"id": str(uuid4()), "pass": text}]}).encode(),
            {
                "Authorization": f"Bearer {self.tokens['check-in']}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
            return json.load(answer)["results"][0]["outcome"]

    def sign_in_staff(self, page: Page, email: str) -> None:
        """Sign a member of staff in; their session ends after twelve hours."""
        page.context.clear_cookies()
        page.goto(f"{self.url}/staff/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/staff")

    def sign_in_participant(self, page: Page, email: str) -> None:
        """Sign a participant in with the code from the mail."""
        before = len(self.mail.messages)
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_label("Code").fill(self.mailed_code(email, after=before))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/me")

    def mailed_code(self, email: str, *, after: int) -> str:
        """Wait for a sign-in code among what follows the first `after` mails."""
        delivery = self.mail.wait_for_one(email, "Your sign-in code", after=after)
        [code] = re.findall(
            r"^\s*([0-9A-Z]{4}[- ]?[0-9A-Z]{4})\s*$",
            delivery.text,
            re.MULTILINE,
        )
        return str(code)


def segments() -> list[dict[str, Any]]:
    """Thirteen segments over four days: 4 + 4 + 3 + 2, from nine o'clock on."""
    listed: list[dict[str, Any]] = []
    for day, count in enumerate(DAYS):
        for place in range(count):
            start = datetime(2026, 11, 3 + day, 9 + 2 * place)  # noqa: DTZ001 - wall time
            number = len(listed) + 1
            listed.append(
                {
                    "number": number,
                    "title": f"Sample segment {number}",
                    "starts_at": f"{start:%Y-%m-%d %H:%M}",
                    "ends_at": f"{start + timedelta(minutes=90):%Y-%m-%d %H:%M}",
                    "room": "Hall",
                    "credit_minutes": 90,
                }
            )
    return listed


def starts() -> list[datetime]:
    """When each segment starts, on the application's clock."""
    return [
        NINE_AM + timedelta(days=day, hours=2 * place)
        for day, count in enumerate(DAYS)
        for place in range(count)
    ]


def email_of(name: str) -> str:
    """Return the address of one of the story's people."""
    return name.lower().replace(" ", ".") + "@example.org"


def free_port() -> int:
    """Find a port: the application must know its own address before it is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def import_training(training: Training) -> None:
    """Do what a coordinator does before the first day, by commands."""
    definition = make_definition(
        offering__code=CODE,
        offering__ends_on="2026-11-06",
        offering__capacity=40,
        offering__policy={},
        instructors=[{"key": "ada", "name": "Sample Instructor Ada"}],
        segments=segments(),
    )
    offering, people = training.folder / "offering.yaml", training.folder / "people.csv"
    offering.write_bytes(as_file(definition))
    rows = [f"{name},{email_of(name)},Sample Agency" for name in NAMES]
    people.write_text("\n".join(["name,email,agency", *rows]) + "\n")
    assert training.run("offering", "import", str(offering))["created"] == 1
    assert training.run("participants", "import", CODE, str(people))["created"] == len(
        NAMES
    )
    for scope in ("check-in", "read"):
        added = training.run(
            "token", "add", scope, "--offering", CODE, "--scope", scope
        )
        training.tokens[scope] = added["token"]


@contextmanager
def open_training(
    engine: str, folder: Path, prepare: Callable[[Training], None] = import_training
) -> Iterator[Training]:
    """Serve a training with nothing in it but what `prepare` has imported."""
    port, database = free_port(), make_url(engine, folder)
    with ExitStack() as stack:
        mail = stack.enter_context(catching_mail())
        environ = {
            "TRACKER_BASE_URL": f"http://127.0.0.1:{port}",
            "TRACKER_MAIL_URL": mail.url,
        }
        app = stack.enter_context(committed_app(database, folder, **environ))
        clock = app.extensions["clock"]
        clock.moment = NINE_AM - timedelta(hours=2)
        url = stack.enter_context(serve(app, port))
        stack.callback(jobs.start_thread(app))
        whole = {**environment(database, folder), **environ}
        training = Training(app, url, clock, mail, whole, folder, starts())
        prepare(training)
        yield training
