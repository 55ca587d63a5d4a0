"""The API does what its own description says, whatever it is sent."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.factories import make_token
from tests.held import EVENING, hold_offering
from tracker.access import Audience, declared_access
from tracker.db import db
from tracker.domain.scan_input import KNOWN_FIELDS
from tracker.models.access import TokenScope
from tracker.views.api.spec import OPERATIONS

THOROUGH = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# That a file is of this offering, and by whose key it is proved, no schema can say.
NOT_CHECKED: dict[str, list[Any]] = {"api.hand_in_file": [positive_data_acceptance]}
PLAIN = {"Accept-Encoding": "identity"}  # Schemathesis does not unpack

# Any year but those of a working clock is filtered out again by the description.
schemathesis.openapi.format(
    "date-time",
    st.datetimes(
        min_value=datetime(2000, 1, 2),  # noqa: DTZ001 - the zone is drawn apart
        max_value=datetime(2100, 12, 30),  # noqa: DTZ001 - likewise
        timezones=st.integers(-840, 840).map(
            lambda minutes: timezone(timedelta(minutes=minutes))
        ),
    ).map(datetime.isoformat),
)


class Alone:
    """The application as a server calls it: each request in a context of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with self.app.app_context():
            return self.app(environ, start_response)


@pytest.fixture
def held(app, tmp_path, clock):
    held = hold_offering()
    clock.moment = EVENING
    return held


@pytest.fixture
def tokens(held):
    """A token for every scope, by scope; None: for endpoints that take any."""
    made = {scope: make_token(held.offering, scope) for scope in TokenScope}
    db.session.commit()
    return {None: made[TokenScope.READ], **made}


@pytest.fixture
def schema(app):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", Alone(app))


def operation_of(schema: Any, endpoint: str) -> Any:
    (found,) = (
        result.ok()
        for result in schema.get_all_operations()
        if result.ok().definition.raw["operationId"] == endpoint.rpartition(".")[2]
    )
    return found


def headers_for(app: Flask, endpoint: str, tokens: dict[Any, str]) -> dict[str, str]:
    declared = declared_access(app, endpoint)
    assert declared
    if declared.audience is Audience.PUBLIC:
        return PLAIN
    return {**PLAIN, "Authorization": f"Bearer {tokens[declared.scope]}"}


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_any_fitting_call_gets_an_answer_as_described(
    app, schema, held, tokens, endpoint
):
    operation = operation_of(schema, endpoint)
    headers = headers_for(app, endpoint, tokens)

    @THOROUGH
    @given(case=operation.as_strategy())
    def call(case: Case[Any]) -> None:
        if "code" in case.path_parameters:
            case.path_parameters["code"] = held.offering.code
        case.call_and_validate(
            headers=headers, excluded_checks=NOT_CHECKED.get(endpoint)
        )

    call()


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_any_call_without_a_token_gets_an_answer_as_described(schema, held, endpoint):
    operation = operation_of(schema, endpoint)

    @settings(THOROUGH, max_examples=15)
    @given(case=operation.as_strategy())
    def call(case: Case[Any]) -> None:
        case.call_and_validate(headers=PLAIN)

    call()


# Whatever else arrives: any JSON, any bytes, in any place.

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=12,
)
scan_fields = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys([*KNOWN_FIELDS, "x"], anything),
)
batches = st.fixed_dictionaries(
    {"scans": st.lists(scan_fields | anything, max_size=6)},
    optional={"sent_at": anything, "x": anything},
)
PROBLEM = {"type", "title", "status", "detail"}
WRITING = {
    "scans": "/api/v1/offerings/{code}/scans",
    "door": "/api/v1/offerings/{code}/door",
    "undos": "/api/v1/offerings/{code}/undos",
    "queue-file": "/api/v1/offerings/{code}/queue-file",
    "verify": "/api/v1/certificates/verify",
}


def send(app: Flask, address: str, body: bytes, token: str) -> Any:
    return app.test_client().post(
        address,
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def check(answer: Any) -> None:
    assert answer.status_code in {200, 400, 413, 422, 429}
    if answer.status_code != 200:
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json().keys() >= PROBLEM


@pytest.mark.parametrize("address", WRITING.values(), ids=WRITING)
def test_any_json_gets_an_answer_or_a_problem(app, held, address):
    @THOROUGH
    @given(body=anything | batches)
    def call(body: Any) -> None:
        text = json.dumps(body).encode()
        check(send(app, address.format(code=held.offering.code), text, held.door))

    call()


@pytest.mark.parametrize("address", WRITING.values(), ids=WRITING)
def test_any_bytes_get_a_problem(app, held, address):
    @THOROUGH
    @given(body=st.binary(max_size=200))
    def call(body: bytes) -> None:
        check(send(app, address.format(code=held.offering.code), body, held.door))

    call()


def test_each_scan_of_any_batch_is_answered_in_its_place(app, held):
    address = f"/api/v1/offerings/{held.offering.code}/scans"

    @THOROUGH
    @given(batch=st.lists(scan_fields | anything, min_size=1, max_size=6))
    def call(batch: list[Any]) -> None:
        text = json.dumps({"scans": batch}).encode()
        answer = send(app, address, text, held.door)
        if answer.status_code == 422:
            return  # NaN, or an integer above 2^53: no JSON of ours
        results = answer.get_json()["results"]
        assert len(results) == len(batch)
        for sent, result in zip(batch, results, strict=True):
            sent_id = sent.get("id") if isinstance(sent, dict) else None
            assert result["id"] in {None, sent_id if isinstance(sent_id, str) else None}
            assert result["outcome"] in {"accepted", "duplicate", "held", "refused"}

    call()


def test_the_description_names_every_address_of_the_api(app, client):
    described = client.get("/api/v1/openapi.json").get_json()["paths"]
    served = {
        rule.rule.replace("<code>", "{code}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.rule.endswith("openapi.json")
    }

    assert described.keys() == served


def test_the_description_is_openapi_3_1_and_names_its_security(client):
    spec = client.get("/api/v1/openapi.json").get_json()

    assert spec["openapi"].startswith("3.1")
    assert spec["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    security = {
        path: operation["security"]
        for path, operations in spec["paths"].items()
        for operation in operations.values()
    }
    for public in ("/api/v1/certificates/verify", "/api/v1/schedule"):
        assert security.pop(public) == []
    assert all(each == [{"token": []}] for each in security.values())


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("text/plain", 422), ("application/x-www-form-urlencoded", 422)],
)
def test_only_json_is_taken(client, content_type, status):
    answer = client.post(
        "/api/v1/certificates/verify",
        data=b'{"serial": "x", "name": "y"}',
        content_type=content_type,
    )

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET"])
def test_another_method_is_a_problem_that_names_the_right_one(client, method):
    answer = client.open("/api/v1/certificates/verify", method=method)

    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer a b", "bearer \x7f", "x"]
)
def test_a_missing_or_odd_token_is_401_and_says_what_is_wanted(client, header):
    answer = client.get("/api/v1/offerings", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["title"] == "Please sign in"
