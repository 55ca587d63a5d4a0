"""Settings come from the environment, and nonsense stops the start."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from flask import request

from tracker import access, create_app
from tracker.config import read_settings, shipped_folder
from tracker.errors import SettingsError
from tracker.served_origin import FILE, keep_origin

SECRET = "a secret of the tests, 0123456789 abcdef"
PUBLIC = {
    "TRACKER_SECRET_KEY": SECRET,
    "TRACKER_BASE_URL": "https://muster.example.org",
}


@pytest.fixture
def read(tmp_path):
    """Read settings from exactly these variables, in a new instance folder."""

    def read(**environ):
        return read_settings({"TRACKER_INSTANCE": str(tmp_path), **environ})

    return read


def test_without_any_setting_everything_lies_in_the_instance(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = read_settings({})

    instance = tmp_path / "instance"
    assert settings.instance == instance
    assert settings.database_url == f"sqlite:///{instance / 'muster.db'}"
    assert settings.base_url == "http://127.0.0.1:5000"
    assert settings.evaluation_keys == instance / "evaluation-keys"
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700


def test_a_secret_is_made_once_for_its_owner_only(read, tmp_path):
    first = read().secret_key

    path = tmp_path / "secret.key"
    assert read().secret_key == first == path.read_text().strip()
    assert len(first) >= 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def secret_in(folder: str) -> str:
    return read_settings({"TRACKER_INSTANCE": folder}).secret_key


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        secrets = pool.map(secret_in, [str(tmp_path)] * 12)

    assert len(set(secrets)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_stops_the_start(read, tmp_path, mode):
    read()
    (tmp_path / "secret.key").chmod(mode)

    with pytest.raises(SettingsError, match=r"chmod 600 secret\.key"):
        read()


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"TRACKER_SECRET_KEY": "short"}, "at least 32 characters"),
        ({"TRACKER_SECRET_KEY": "abc" * 20}, "repeats itself"),
        ({"TRACKER_BASE_URL": "muster.example.org"}, "must look like"),
        ({"TRACKER_BASE_URL": "https://muster.example.org/app"}, "without a path"),
        ({"TRACKER_BASE_URL": "ftp://muster.example.org"}, "must look like"),
        ({"TRACKER_BASE_URL": "https://muster.example.org?x=1"}, "must look like"),
        ({"TRACKER_BASE_URL": "https://muster.example.org#top"}, "must look like"),
        ({"TRACKER_BASE_URL": "https://me@muster.example.org"}, "must look like"),
        ({"TRACKER_BASE_URL": "https://muster.example.org:port"}, "must look like"),
        ({"TRACKER_BASE_URL": "http://[::1"}, "must look like"),
        ({"TRACKER_BASE_URL": "http://muster.example.org"}, "must start with https"),
        ({"TRACKER_DEBUG": "maybe"}, "TRACKER_DEBUG must be 0 or 1"),
        ({**PUBLIC, "TRACKER_DEBUG": "1"}, "TRACKER_DEBUG cannot be on"),
        ({"TRACKER_TRUSTED_PROXIES": "one"}, "whole number"),
        ({"TRACKER_TRUSTED_PROXIES": "-1"}, "whole number"),
        ({"TRACKER_MAIL_URL": "mail.example.org"}, "TRACKER_MAIL_URL must look like"),
        ({"TRACKER_MAIL_URL": "smtp://u:p@mail.example.org"}, "unencrypted"),
        ({"TRACKER_MAIL_SENDER": "nobody"}, "TRACKER_MAIL_SENDER"),
        ({"TRACKER_METRICS_TOKEN": "short"}, "TRACKER_METRICS_TOKEN"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(read, environ, sentence):
    with pytest.raises(SettingsError, match=sentence):
        read(**environ)


def test_no_refusal_repeats_a_secret(read):
    for environ in (
        {"TRACKER_SECRET_KEY": "hunter2"},
        {"TRACKER_MAIL_URL": "smtp://user:hunter2@mail.example.org"},
        {"TRACKER_MAIL_URL": "smtp://user:hunter2@mail.example.org?tls=1"},
        {"TRACKER_METRICS_TOKEN": "hunter2"},
    ):
        with pytest.raises(SettingsError) as caught:
            read(**environ)
        assert "hunter2" not in caught.value.message


def test_a_public_address_gets_secure_cookies_and_only_its_own_hosts(read):
    settings = read(**PUBLIC, TRACKER_TRUSTED_HOSTS="door.example.org, ")

    app = create_app(settings)

    assert (settings.is_local, settings.is_https) == (False, True)
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.extensions["hosts"] == {"muster.example.org", "door.example.org"}
    assert app.debug is False


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:5000", True),
        ("http://muster.localhost", True),
        ("https://localhost.example.org", False),
        ("https://10.0.0.5", False),
        ("https://0.0.0.0", False),
    ],
)
def test_local_is_what_names_the_loopback_and_nothing_else(read, url, is_local):
    assert read(TRACKER_BASE_URL=url).is_local is is_local


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("0", ["127.0.0.1", "http", "localhost"]),
        ("1", ["203.0.113.7", "https", "127.0.0.1"]),
    ],
)
def test_forwarded_headers_count_only_behind_a_declared_proxy(read, proxies, seen):
    app = create_app(read(TRACKER_TRUSTED_PROXIES=proxies))
    view = access.public(
        lambda: [request.remote_addr, request.scheme, request.host],
    )
    app.add_url_rule("/seen", "seen", view)

    answer = app.test_client().get(
        "/seen",
        headers={
            "X-Forwarded-For": "198.51.100.1, 203.0.113.7",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "127.0.0.1",
        },
    )

    assert answer.json == seen


# Where a server was last started, for commands beside it.


def test_links_begin_with_the_address_last_served(read, tmp_path):
    keep_origin(tmp_path, "http://127.0.0.1:5054")
    keep_origin(tmp_path, "http://127.0.0.1:5055")

    assert read().base_url == "http://127.0.0.1:5055"
    assert read(**PUBLIC).base_url == "https://muster.example.org"
    assert [each.name for each in tmp_path.iterdir()].count(FILE) == 1
    assert not list(tmp_path.glob(f".{FILE}*"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"http://elsewhere.example:5000",
        b"http://127.0.0.1.elsewhere.example:5000",
        b"http://127.0.0.1@elsewhere.example:5000",
        b"http://10.0.0.5:5000",
        b"http://127.0.0.1:5000/path",
        b"http://127.0.0.1:0",
        b"http://127.0.0.1:65536",
        b"http://127.999.0.1:5000",
        b"http://127.0.0.1:5000\nhttp://elsewhere.example:1",
        b"http://127.0.0.1:50" + b"0" * 100_000,
    ],
)
def test_what_is_no_address_of_this_machine_counts_as_absent(read, tmp_path, content):
    (tmp_path / FILE).write_bytes(content)

    assert read().base_url == "http://127.0.0.1:5000"


def test_a_folder_in_place_of_the_note_stops_nothing(read, tmp_path):
    (tmp_path / FILE).mkdir()
    (tmp_path / FILE / "something").touch()

    keep_origin(tmp_path, "http://127.0.0.1:5055")

    assert read().base_url == "http://127.0.0.1:5000"
    assert not list(tmp_path.glob(f".{FILE}*"))


def test_templates_and_migrations_are_found_in_the_checkout():
    root = Path(__file__).parent.parent

    assert shipped_folder("templates") == root / "templates"
    assert shipped_folder("migrations") == root / "migrations"
