"""What every answer carries, what is too much, and what no log may hold."""

import gzip
import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse, create_environ, run_wsgi_app

from tests.committed import make_url
from tests.conftest import ENGINES, Browser, settings_for
from tests.factories import make_enrollment, make_offering, make_pass, make_user
from tests.held import EVENING, Held, hold_offering
from tracker import access, create_app
from tracker.db import db
from tracker.errors import InvalidError
from tracker.json_reader import read_json
from tracker.models.access import TokenScope
from tracker.models.staff import Role
from tracker.services import sessions

AS_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
GZIP = {"Accept-Encoding": "gzip, deflate, br"}
DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def held(app, tmp_path, clock) -> Held:
    held = hold_offering()
    clock.moment = EVENING
    return held


@pytest.fixture
def quiet_app(tmp_path) -> Iterator[Flask]:
    """An application whose faults become answers, with an endpoint that fails."""
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'muster.db'}", tmp_path))
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


def signed_in(app: Flask, owner: object) -> FlaskClient:
    token = sessions.begin_session(owner, now=EVENING)  # type: ignore[arg-type]  # a user or a person
    db.session.commit()
    client = app.test_client()
    client.set_cookie("muster", token)
    return client


@pytest.fixture
def coordinator(app, held) -> FlaskClient:
    return signed_in(app, make_user(Role.COORDINATOR, held.offering))


@pytest.fixture
def participant(app, held) -> FlaskClient:
    return signed_in(app, held.ada.person)


def answers_of_every_kind(
    client: FlaskClient, coordinator: FlaskClient, participant: FlaskClient, held: Held
) -> Iterator[TestResponse]:
    """Pages, redirects, files and refusals, for everybody and for programs."""
    code = held.offering.code
    bearer = {"Authorization": f"Bearer {held.door}"}
    for address in ("/", f"/offerings/{code}", "/verify", "/p/MP1-X", "/scan"):
        yield client.get(address)
    for address in ("/sign-in", "/staff/sign-in", "/robots.txt", "/healthz"):
        yield client.get(address)
    for address in ("/static/css/base.css", "/static/none.css", "/nothing/here"):
        yield client.get(address)
    yield client.get("/me")  # a redirect
    yield client.post("/verify")  # without a form token
    yield client.delete("/")
    yield client.post("/verify", data=b"x" * (2 * 1024 * 1024))
    for address in ("openapi.json", "offerings", f"offerings/{code}/door", "none"):
        yield client.get(f"/api/v1/{address}", headers=bearer)
        yield client.get(f"/api/v1/{address}")
    for address in ("", "/attendance", "/people", "/settings", "/certificates"):
        yield coordinator.get(f"/staff/offerings/{code}{address}")
    yield coordinator.get("/staff/offerings/NO-SUCH")
    for address in (
        "/me",
        f"/me/offerings/{code}",
        f"/me/offerings/{code}/certificate",
    ):
        yield participant.get(address)
    yield participant.get("/me/offerings/NO-SUCH")


def directives(answer: TestResponse) -> dict[str, str]:
    policy = answer.headers["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _, value in parts}


def test_every_answer_carries_the_headers(client, coordinator, participant, held):
    statuses = set()
    for answer in answers_of_every_kind(client, coordinator, participant, held):
        place = f"{answer.request.path} {answer.status}"
        statuses.add(answer.status_code)
        assert DIRECTIVES.items() <= directives(answer).items(), place
        assert WANTED.items() <= dict(answer.headers).items(), place
        assert "Permissions-Policy" in answer.headers, place
        assert "Server" not in answer.headers, place
        answer.close()

    assert statuses >= {200, 303, 400, 401, 404, 405, 413}


def test_no_policy_allows_inline_or_foreign_code(
    client, coordinator, participant, held
):
    for answer in answers_of_every_kind(client, coordinator, participant, held):
        found = directives(answer)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "http" not in answer.headers["Content-Security-Policy"]
        assert found["script-src"] == "'self'"
        answer.close()


def test_only_the_qr_readers_worker_may_compile_webassembly(client):
    answer = client.get("/scan/decode-worker.js")

    assert directives(answer)["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert directives(answer)["default-src"] == "'none'"


def test_what_is_signed_in_is_stored_nowhere(client, coordinator, participant, held):
    for answer in answers_of_every_kind(client, coordinator, participant, held):
        place = f"{answer.request.path} {answer.status}"
        is_static = answer.request.path.startswith("/static/")
        is_open = answer.request.path in {"/", "/verify", "/p/MP1-X", "/scan"}
        if not is_static:
            assert "Cookie" in answer.vary, place
        if answer.request.path.startswith(("/me", "/staff", "/api/v1/offerings")):
            assert answer.headers["Cache-Control"] == "no-store", place
        elif is_open and answer.status_code == 200:
            assert answer.headers["Cache-Control"] in {"no-cache", "no-store"}, place
        answer.close()


def test_a_public_page_of_somebody_signed_in_is_stored_nowhere(coordinator):
    assert coordinator.get("/").headers["Cache-Control"] == "no-store"


def test_https_is_kept_where_it_is_used(tmp_path):
    app = create_app(
        settings_for(
            f"sqlite:///{tmp_path / 'muster.db'}",
            tmp_path,
            TRACKER_BASE_URL="https://muster.example.org",
        )
    )
    client = app.test_client()

    answer = client.get("/healthz", base_url="https://muster.example.org")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert app.config["SESSION_COOKIE_SECURE"] is True


def test_the_sign_in_cookie_is_out_of_reach_for_scripts_and_other_sites(client):
    page = client.get("/sign-in")
    cookies = page.headers.getlist("Set-Cookie")

    assert cookies
    assert all("HttpOnly" in each and "SameSite=Lax" in each for each in cookies)


# Files that never change under their address.


def test_pages_name_their_files_by_content_and_browsers_keep_those(client):
    page = client.get("/").text
    files = re.findall(r'"(/static/[^"]+\?v=[0-9a-f]{12})"', page)
    assert len(files) >= 4
    assert re.findall(r'(?:src|href)="(/static/[^"?]+)"', page) == []

    for address in files:
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        answer.close()


@pytest.mark.parametrize(
    "address", ["/static/css/base.css", "/static/css/base.css?v=000000000000"]
)
def test_a_file_under_another_address_is_asked_for_again(client, address):
    answer = client.get(address)

    assert answer.headers["Cache-Control"] == "no-cache"
    answer.close()


@pytest.mark.parametrize("encoding", [{}, GZIP])
def test_a_file_that_is_unchanged_is_not_sent_again(client, encoding):
    first = client.get("/static/css/base.css", headers=encoding)
    first.close()
    known = {"If-None-Match": first.headers["ETag"]}

    again = client.get("/static/css/base.css", headers={**encoding, **known})

    assert (again.status_code, again.data) == (304, b"")
    again.close()


@pytest.mark.parametrize(
    "address",
    [
        "/static/../wsgi.py",
        "/static/%2e%2e/config.py",
        "/static/..%2fconfig.py",
        "/static//etc/passwd",
        "/static/css/..%5c..%5cconfig.py",
        "/static/css/base.css%00",
    ],
)
def test_nothing_but_static_files_is_served(client, address):
    assert client.get(address).status_code in {308, 404}


# Compression.


@pytest.mark.parametrize(
    "address", ["/", "/static/css/base.css", "/api/v1/openapi.json"]
)
def test_texts_are_compressed_for_who_takes_that(client, address):
    plain = client.get(address)
    packed = client.get(address, headers=GZIP)

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.vary
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    plain.close()
    packed.close()


@pytest.mark.parametrize("wish", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_take_gzip_gets_none(client, wish):
    answer = client.get("/", headers={"Accept-Encoding": wish})

    assert "Content-Encoding" not in answer.headers


def test_an_unchanged_state_is_304_for_programs_that_take_gzip_too(client, held):
    from tests.factories import make_token  # noqa: PLC0415 - this test only

    for _ in range(8):  # enough text to be worth compressing
        make_enrollment(offering=held.offering)
    token = make_token(held.offering, TokenScope.READ)
    db.session.commit()
    headers = {**GZIP, "Authorization": f"Bearer {token}"}
    address = f"/api/v1/offerings/{held.offering.code}/attendance"
    first = client.get(address, headers=headers)
    assert first.headers["Content-Encoding"] == "gzip"

    known = {"If-None-Match": first.headers["ETag"]}

    assert client.get(address, headers={**headers, **known}).status_code == 304


# Too much, and from nowhere.


@pytest.mark.parametrize(
    "address", ["/verify", "/sign-in", "/api/v1/certificates/verify"]
)
def test_more_than_a_mebibyte_is_refused(client, address):
    body = b'{"serial": "' + b"x" * 1024 * 1024

    answer = client.post(address, data=body, content_type="application/json")

    assert answer.status_code == 413
    is_api = address.startswith("/api/")
    assert answer.is_json is is_api


def test_more_scans_than_a_request_may_hold_are_refused_with_the_limit(client, held):
    answer = client.post(
        f"/api/v1/offerings/{held.offering.code}/scans",
        json={"scans": [{"id": str(n), "pass": "x"} for n in range(1001)]},
        headers={"Authorization": f"Bearer {held.door}"},
    )

    assert answer.status_code == 413
    assert "1,000" in answer.get_json()["detail"]


def test_of_a_body_without_a_length_no_more_is_read_either(app):
    body = io.BytesIO(b'{"serial": "' + b"x" * (3 * 1024 * 1024) + b'", "name": "x"}')
    environ = create_environ("/api/v1/certificates/verify", method="POST")
    environ.pop("CONTENT_LENGTH", None)
    environ |= {
        "CONTENT_TYPE": "application/json",
        "wsgi.input": body,
        "wsgi.input_terminated": True,
    }

    with app.app_context():
        _, status, _ = run_wsgi_app(app, environ)

    assert status.startswith("4")
    assert body.tell() == 1024 * 1024


def test_a_form_of_very_many_fields_is_refused(client):
    fields = "&".join(f"f{n}=1" for n in range(3_000))

    answer = client.post(
        "/verify", data=fields, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code in {400, 413}


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "localhost.example", "[::2]", "a b"]
)
@pytest.mark.parametrize("address", ["/", "/nothing", "/api/v1/openapi.json"])
def test_an_unknown_host_is_refused(quiet_app, host, address):
    answer = quiet_app.test_client().get(address, headers={"Host": host})

    assert answer.status_code == 400
    assert not host or host not in answer.text
    assert DIRECTIVES.items() <= directives(answer).items()


MALFORMED_HOSTS = [
    "[::1", "[::1]x", "::1", "[::1]:port", "[fe80::1%25eth0]", "localhost:port",
    "localhost:99999", "localhost:-1", "127.0.0.1:5000:5000", "127.1", "localhost.",
    "me@localhost", "localhost@elsewhere.example", "localhost/..", "localhost?x",
    "localhost#x", "localhost\\x", "localhost\t", "localhost,elsewhere.example",
    "%6cocalhost", "l\xf6calhost", "x" * 100_000, "localhost" + ".x" * 5_000, "\xff",
]  # fmt: skip


@pytest.mark.parametrize("host", MALFORMED_HOSTS, ids=lambda host: host[:20])
@pytest.mark.parametrize("address", ["/", "/staff/", "/me", "/api/v1/offerings"])
def test_a_malformed_host_is_refused_and_leads_nowhere(quiet_app, host, address):
    for method in ("GET", "POST"):
        answer = quiet_app.test_client().open(
            address, method=method, headers={"Host": host}
        )

        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "elsewhere" not in answer.text


@pytest.mark.parametrize("server", ["127.0.0.1", "::1", "0.0.0.0", "elsewhere.example"])  # noqa: S104 - a name only
def test_a_request_without_a_host_is_answered_under_our_own_names(quiet_app, server):
    environ = create_environ("/healthz")
    environ.pop("HTTP_HOST", None)
    environ |= {"SERVER_NAME": server, "SERVER_PORT": "5000"}

    with quiet_app.app_context():
        _, status, _ = run_wsgi_app(quiet_app, environ)

    is_ours = server in {"127.0.0.1", "::1"}
    assert status.startswith("200" if is_ours else "400")


@pytest.mark.parametrize(
    "host", ["127.0.0.1:5000", "localhost", "LOCALHOST", "[::1]", "[::1]:8080"]
)
def test_a_local_server_answers_to_this_machines_names(quiet_app, host):
    answer = quiet_app.test_client().get("/healthz", headers={"Host": host})

    assert answer.json == {"status": "up"}


@pytest.mark.parametrize(
    "address",
    [
        "//elsewhere.example",
        "//elsewhere.example/%2f..",
        "/\\elsewhere.example",
        "/me//elsewhere.example",
        "/sign-in?next=https://elsewhere.example",
        "/staff/sign-in?next=//elsewhere.example",
        "/me?next=https://elsewhere.example",
        "/staff/",
        "/me/",
    ],
)
def test_redirects_lead_to_our_own_pages_only(client, address):
    answer = client.get(address)

    location = answer.headers.get("Location", "/")
    assert re.match(r"(?:http://localhost)?/(?![/\\])", location), location
    assert "elsewhere.example" not in location or location.startswith(
        "http://localhost/"
    )


# The one reader of JSON.


def test_ordinary_json_is_read_as_it_is():
    text = '{"a": [1, -2.5, true, null, "\\ud83d\\ude00", "ä"], "b": {"a": 2e3}}'

    assert read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"a": NaN}', "NaN is not a number here."),
        (b"[Infinity]", "Infinity is not a number here."),
        (b"[-Infinity]", "-Infinity is not a number here."),
        (b"[1e999]", "A number is too large."),
        (b'{"a": 1, "a": 2}', "A key stands twice in one object."),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "A key stands twice in one object."),
        (b"[9007199254740993]", "An integer is larger than 2^53."),
        (b"[-9007199254740993]", "An integer is larger than 2^53."),
        (b"[" + b"9" * 5000 + b"]", "An integer is larger than 2^53."),
        (b"[" * 21 + b"]" * 21, "It is nested deeper than 20."),
        (b"[" * 100_000, "It is nested deeper than 20."),
        (b'{"a":' * 21 + b"1" + b"}" * 21, "It is nested deeper than 20."),
        (b'["\\ud800"]', "The text is not valid UTF-8."),
        (b'["\\uDFFF"]', "The text is not valid UTF-8."),
        (b'{"\\ud800": 1}', "The text is not valid UTF-8."),
        (b'["\xff"]', "The text is not valid UTF-8."),
        (b'["\xed\xa0\x80"]', "The text is not valid UTF-8."),
        (b"", "Expecting value at line 1, column 1."),
        (b"{'a': 1}", "Expecting property name enclosed in double quotes at line 1"),
        (b"[1] x", "Extra data at line 1, column 5."),
    ],
)
def test_json_that_two_readers_may_read_differently_is_refused(body, sentence):
    with pytest.raises(InvalidError) as caught:
        read_json(body)

    assert caught.value.errors[""].startswith(sentence)


def test_nesting_of_twenty_is_read():
    assert read_json(b"[" * 20 + b"]" * 20)


def test_a_refused_body_is_a_problem_with_its_place(client):
    answer = client.post(
        "/api/v1/certificates/verify",
        data=b'{"serial": "x", "serial": "y"}',
        content_type="application/json",
    )

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "Please check what you entered",
        "status": 422,
        "detail": "The body is not acceptable JSON.",
        "errors": [{"pointer": "", "detail": "A key stands twice in one object."}],
    }


@pytest.mark.parametrize(
    ("address", "accept", "kind"),
    [
        ("/nothing", "text/html", "text/html"),
        ("/nothing", "*/*", "text/html"),
        ("/nothing", "application/json", "application/problem+json"),
        ("/api/v1/nothing", "text/html", "application/problem+json"),
    ],
)
def test_errors_come_in_the_callers_own_form(client, address, accept, kind):
    answer = client.get(address, headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype) == (404, kind)


PROGRAMS = [
    ("/scan/pair/0000", "POST", 422),
    ("/me/csrf", "GET", 401),
    ("/readyz", "GET", 503),
    ("/metrics", "GET", 404),
]
ANYTHING = ["", "*/*", "application/json", "application/problem+json", "text/plain"]


@pytest.mark.parametrize("accept", [*ANYTHING, "text/html", AS_BROWSER["Accept"]])
@pytest.mark.parametrize(("address", "method", "status"), PROGRAMS)
def test_programs_are_told_as_programs_and_browsers_get_pages(
    quiet_app, address, method, status, accept
):
    is_page = "text/html" in accept
    headers = {"Accept": accept, "X-Forwarded-For": "203.0.113.7"}

    answer = quiet_app.test_client().open(address, method=method, headers=headers)

    if is_page and status == 401:
        assert answer.location == "/sign-in"
        return
    assert answer.status_code == status
    wanted = "text/html" if is_page else "application/problem+json"
    assert answer.mimetype == wanted


def test_a_page_stays_a_page_for_who_says_nothing(client):
    answer = client.post("/verify", headers={"Accept": "*/*"})

    assert (answer.status_code, answer.mimetype) == (400, "text/html")


# Logs and error pages hold nobody (I19).


NAME, EMAIL, CODE = "Sample Ada Lovelace", "ada.sample@example.org", "TWICE"


@pytest.fixture
def everything_logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def test_a_fault_is_logged_by_kind_and_place_without_any_value(
    quiet_app, everything_logged
):
    secrets = [NAME, EMAIL, "MP1-0SECRETPASS", "mdev_secret-token"]

    def fail(anything: str) -> str:
        name = f"{NAME} {EMAIL}"
        raise ValueError(f"cannot do {anything} for {name}")

    quiet_app.view_functions["public.pass_notice"] = access.public(fail)
    client = quiet_app.test_client()

    answer = client.get(
        "/p/MP1-0SECRETPASS", headers={"Authorization": "Bearer mdev_secret-token"}
    )

    assert answer.status_code == 500
    logged = everything_logged.text
    assert "ValueError at GET /p/<path:anything>" in logged
    assert "in fail" in logged
    assert [each for each in secrets if each in logged + answer.text] == []


def test_a_fault_caused_by_another_shows_the_values_of_neither(
    quiet_app, everything_logged
):
    def fail(anything: str) -> str:
        try:
            return {"nobody": ""}[EMAIL]
        except KeyError as error:
            raise RuntimeError(NAME) from error

    quiet_app.view_functions["public.pass_notice"] = access.public(fail)

    quiet_app.test_client().get("/p/x")

    assert "RuntimeError" in everything_logged.text
    assert "KeyError" in everything_logged.text
    assert NAME not in everything_logged.text
    assert EMAIL not in everything_logged.text


def fail_with_values(*_: object, **__: object) -> str:
    raise ValueError(f"{NAME} {EMAIL}")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda app: app.register_error_handler(ValueError, fail_with_values),
        lambda app: app.jinja_env.globals.update(asset=fail_with_values),
        lambda app: app.after_request(fail_with_values),
    ],
    ids=["error handler", "template of the error page", "after"],
)
def test_a_fault_in_answering_a_fault_shows_no_value_either(
    quiet_app, everything_logged, capfd, spoil, accept
):
    spoil(quiet_app)
    quiet_app.view_functions["public.pass_notice"] = access.public(fail_with_values)

    answer = quiet_app.test_client().get("/p/x", headers={"Accept": accept})

    told = everything_logged.text + answer.text + "".join(capfd.readouterr())
    assert answer.status_code == 500
    assert "Something broke here" in answer.text
    assert "ValueError" in everything_logged.text
    assert [each for each in (NAME, EMAIL, "Traceback (most") if each in told] == []


def test_the_last_page_of_all_carries_the_headers(quiet_app):
    quiet_app.jinja_env.globals.update(asset=fail_with_values)

    answer = quiet_app.test_client().get("/nothing", headers=AS_BROWSER)

    assert answer.status_code == 500
    assert DIRECTIVES.items() <= directives(answer).items()
    assert WANTED.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_database_hides_what_it_was_given(engine, tmp_path):
    url = make_url(engine, tmp_path)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        with pytest.raises(DBAPIError) as caught:
            db.session.execute(
                sa.text("SELECT * FROM nowhere WHERE a = :a"), {"a": NAME}
            )
        db.session.rollback()
        db.engine.dispose()

    assert NAME not in str(caught.value)
    assert "hidden" in str(caught.value)


def test_a_database_fault_shows_no_parameter(quiet_app, everything_logged):
    with quiet_app.app_context():
        from tracker.services import database  # noqa: PLC0415 - this test only

        database.upgrade(db.engine)

    def fail(anything: str) -> str:
        make_enrollment(offering=make_offering(code=CODE), name=NAME, email=EMAIL)
        make_offering(code=CODE)
        return "never"

    view = access.public(fail)
    quiet_app.add_url_rule("/x/<anything>", "x", view, methods=["POST"])
    quiet_app.config["WTF_CSRF_ENABLED"] = False

    answer = quiet_app.test_client().post("/x/MP1-0SECRETPASS")

    assert answer.status_code == 500
    assert "IntegrityError" in everything_logged.text
    for secret in (NAME, EMAIL, CODE, "MP1-0SECRETPASS"):
        assert secret not in everything_logged.text + answer.text


def test_an_ordinary_day_logs_nobody(
    client, coordinator, participant, held, everything_logged
):
    text = make_pass(held.ben)
    db.session.commit()
    client.get(f"/p/{text}")
    for answer in answers_of_every_kind(client, coordinator, participant, held):
        answer.close()

    logged = everything_logged.text
    person = held.ada.person
    secrets = [text, held.door, person.name, person.email, held.certificate.serial]
    assert [each for each in secrets if each in logged] == []


@pytest.mark.parametrize("kind", ["400", "404", "405", "413"])
def test_an_error_page_repeats_nothing_of_the_request(client, kind):
    mark = "zxcvq<script>"
    address = f"/nothing/{mark}?q={mark}"
    answer = {
        "400": lambda: client.post(f"/verify?q={mark}", data={"name": mark}),
        "404": lambda: client.get(address),
        "405": lambda: client.delete(f"/?q={mark}"),
        "413": lambda: client.post(f"/verify?q={mark}", data=b"x" * 2_000_000),
    }[kind]()

    assert answer.status_code == int(kind)
    assert "zxcvq" not in answer.text
