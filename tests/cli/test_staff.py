"""Commands for staff, tokens, the audit log and the master key."""

import json
import stat
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES, TEST_SECRET
from tests.factories import make_offering
from tracker.cli import main
from tracker.db import db
from tracker.errors import GoneError, NotFoundError
from tracker.models import AuditEntry, OutboxMessage
from tracker.models.access import TokenScope
from tracker.services import passphrases, sessions, staff, tokens

EMAIL = "sam@example.org"
PASSPHRASE = "four calm green words"


@pytest.fixture(params=ENGINES)
def app(request, tmp_path):
    with committed_app(make_url(request.param, tmp_path), tmp_path) as app:
        yield app


@pytest.fixture
def code(app):
    with app.app_context():
        offering = make_offering()
        db.session.commit()
        return offering.code


@pytest.fixture
def run(app):
    """Run a command as a person does, on the same database."""
    settings = app.extensions["settings"]
    environ = {
        "TRACKER_INSTANCE": str(settings.instance),
        "TRACKER_DATABASE_URL": settings.database_url,
        "TRACKER_SECRET_KEY": TEST_SECRET,
        "TRACKER_BASE_URL": "https://muster.example.org",
    }
    return lambda *args: CliRunner(env=environ).invoke(main, args)


def add(run, *args):
    answer = run("users", "add", EMAIL, "--json", *args)
    assert (answer.exit_code, answer.stderr) == (0, "")
    return json.loads(answer.stdout)


def accept(link):
    """Accept the invitation of a link, inside the application's context."""
    token = link.rpartition("/")[2]
    hashed = passphrases.hash_passphrase(PASSPHRASE)
    user = staff.accept_invitation(token, "Sam", hashed, now=datetime.now(UTC))
    db.session.commit()
    return user


def test_an_added_user_gets_a_link_of_the_public_address(app, run, code):
    answer = add(run, "--role", "coordinator", "--offering", code)

    link = answer["link"]
    assert answer == {"email": EMAIL, "link": link}
    assert link.startswith("https://muster.example.org/staff/invitation/minv_")
    with app.app_context():
        user = accept(link)
        _, roles = sessions.get_offering_of(user, code)
        assert roles == {"coordinator"}


def test_without_json_only_the_link_is_printed(app, run):
    answer = run("users", "add", EMAIL, "--role", "admin")

    assert answer.stdout.startswith("https://muster.example.org/staff/invitation/")
    assert len(answer.stdout.splitlines()) == 1


def test_who_has_a_passphrase_gets_the_address_of_the_sign_in(app, run, code):
    with app.app_context():
        accept(add(run, "--role", "admin")["link"])

    answer = add(run, "--role", "door", "--offering", code)

    assert answer["link"] == "https://muster.example.org/staff/sign-in"


def test_the_link_is_mailed_where_that_is_asked_for(app, run):
    link = add(run, "--role", "admin", "--mail")["link"]

    with app.app_context():
        (mail,) = db.session.scalars(sa.select(OutboxMessage)).all()
        assert (mail.recipient, mail.payload["subject"]) == (EMAIL, "Your invitation")
        assert link in mail.payload["text"]


@pytest.mark.parametrize(
    ("args", "code", "reason"),
    [
        (("--role", "door"), 1, "The role door is for one offering: name it."),
        (("--role", "door", "--offering", "NONE"), 1, "There is no offering"),
        (("--role", "owner"), 2, "Invalid value for '--role'"),
        ((), 2, "Missing option '--role'"),
    ],
)
def test_what_does_not_fit_is_refused(run, args, code, reason):
    answer = run("users", "add", EMAIL, *args)

    assert (answer.exit_code, answer.stdout) == (code, "")
    assert reason in answer.stderr


def test_a_role_taken_away_holds_from_the_next_request_on(app, run, code):
    with app.app_context():
        user = accept(add(run, "--role", "door", "--offering", code)["link"])
        role = ("--role", "door", "--offering", code)

        answers = [run("users", "remove", EMAIL, *role).stdout for _ in range(2)]

        assert answers == ["The role is removed.\n", "There was no such role.\n"]
        with pytest.raises(NotFoundError):
            sessions.get_offering_of(user, code)


def test_a_disabled_user_is_out_at_once(app, run):
    now = datetime.now(UTC)
    with app.app_context():
        user = accept(add(run, "--role", "admin")["link"])
        token = sessions.begin_session(user, now=now)
        db.session.commit()

        assert run("users", "disable", EMAIL).exit_code == 0

        assert sessions.find_session(token, now=now) is None
        db.session.expire_all()
        assert not passphrases.is_passphrase_of(user, PASSPHRASE)


@pytest.mark.parametrize("command", ["disable", "remove"])
def test_somebody_unknown_is_refused(run, command):
    role = ("--role", "admin") if command == "remove" else ()

    answer = run("users", command, "nobody@example.org", *role)

    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "No member of staff has this e-mail address.\n"


def test_an_invitation_made_by_command_is_used_once(app, run):
    link = add(run, "--role", "admin")["link"]
    with app.app_context():
        accept(link)
        with pytest.raises(GoneError):
            accept(link)


def test_a_token_is_printed_once_and_is_for_its_offering_and_scope(app, run, code):
    answer = run(
        "token", "add", "Laptop", "--offering", code, "--scope", "read", "--json"
    )

    document = json.loads(answer.stdout)
    with app.app_context():
        caller = tokens.find_caller(document["token"])
        stored = repr(db.session.execute(sa.text("SELECT * FROM api_tokens")).all())
    assert document == {"name": "Laptop", "token": document["token"]}
    assert caller is not None
    assert (caller.offering_code, caller.scope) == (code, TokenScope.READ)
    assert document["token"] not in stored


def test_a_whole_audit_log_verifies(app, run, code):
    assert json.loads(run("audit", "verify", "--json").stdout) == {
        "ok": True,
        "chains": [],
    }
    add(run, "--role", "admin")
    add(run, "--role", "door", "--offering", code)

    answer = run("audit", "verify", "--json")

    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {
        "ok": True,
        "chains": [
            {"chain": "-", "checked": 1, "broken": None},
            {"chain": code, "checked": 1, "broken": None},
        ],
    }


def test_a_broken_audit_log_ends_with_exit_code_one(app, run):
    add(run, "--role", "admin")
    add(run, "--role", "admin")
    with app.app_context():
        db.session.execute(
            sa.update(AuditEntry).where(AuditEntry.sequence == 2).values(actor="user:x")
        )
        db.session.commit()

    answer, text = run("audit", "verify", "--json"), run("audit", "verify")

    assert (answer.exit_code, text.exit_code) == (1, 1)
    assert json.loads(answer.stdout) == {
        "ok": False,
        "chains": [{"chain": "-", "checked": 1, "broken": "entry 2 was changed"}],
    }
    assert text.stdout == "-: entry 2 was changed\n"


def test_the_master_key_is_saved_for_its_owner_only_and_that_is_audited(
    app, run, tmp_path
):
    file = tmp_path / "saved"

    answer = run("keys", "export", str(file), "--json")

    fingerprint = json.loads(answer.stdout)["fingerprint"]
    assert file.read_text() == (
        f"# The master key of Muster. Fingerprint: {fingerprint}\n"
        f"TRACKER_SECRET_KEY={TEST_SECRET}\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert TEST_SECRET not in answer.output
    with app.app_context():
        (entry,) = db.session.scalars(sa.select(AuditEntry)).all()
        assert (entry.action, entry.details) == (
            "keys.export",
            {"fingerprint": fingerprint},
        )


def test_a_saved_key_overwrites_nothing(app, run, tmp_path):
    file, missing = tmp_path / "saved", tmp_path / "no-folder" / "saved"
    file.write_text("kept")
    (tmp_path / "link").symlink_to(missing)

    answers = [
        run("keys", "export", str(p)) for p in (file, missing, tmp_path / "link")
    ]

    assert [answer.exit_code for answer in answers] == [1, 1, 1]
    assert file.read_text() == "kept"
    with app.app_context():
        assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_the_worker_does_what_is_due_once(app, run):
    answer = run("worker", "--once")

    assert (answer.exit_code, answer.stdout) == (0, "The worker has ended.\n")
