"""The API's own description, OpenAPI 3.1, made from the shapes in `schemas.py`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, current_app, jsonify
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tracker import access
from tracker.access import Audience
from tracker.views.api import door_schemas, schemas
from tracker.views.api.blueprint import bp

REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True)
class Operation:
    """What the description says of one endpoint beyond its address and docstring."""

    answer: type[BaseModel]
    is_list: bool = False
    body: type[BaseModel] | None = None
    statuses: tuple[int, ...] = ()
    has_etag: bool = False


OPERATIONS = {
    "api.hand_in_file": Operation(
        door_schemas.HandedInOut,
        body=door_schemas.QueueFileIn,
        statuses=(413, 422, 503),
    ),
    "api.list_offerings": Operation(schemas.Offering, is_list=True),
    "api.list_schedule": Operation(schemas.ScheduledOffering, is_list=True),
    "api.list_segments": Operation(schemas.Segment, is_list=True),
    "api.read_attendance": Operation(schemas.AttendanceOut, has_etag=True),
    "api.read_door": Operation(door_schemas.DoorOut),
    "api.read_roster": Operation(door_schemas.RosterOut, has_etag=True),
    "api.record_scans": Operation(
        schemas.ScansOut, body=schemas.ScansIn, statuses=(413, 422, 503)
    ),
    "api.tell_state": Operation(
        door_schemas.StateOut, body=door_schemas.StateIn, statuses=(413, 422, 503)
    ),
    "api.undo_scans": Operation(
        door_schemas.UndosOut, body=door_schemas.UndosIn, statuses=(413, 422, 503)
    ),
    "api.verify": Operation(
        schemas.VerifyOut, body=schemas.VerifyIn, statuses=(413, 422, 429)
    ),
}


@bp.get("/openapi.json")
@access.public
def describe() -> Response:
    """Describe this API."""
    return jsonify(_description())


@lru_cache(maxsize=1)
def _description() -> dict[str, Any]:
    models = [(each.answer, "serialization") for each in OPERATIONS.values()]
    models += [(each.body, "validation") for each in OPERATIONS.values() if each.body]
    models.append((schemas.Problem, "serialization"))
    names, top = models_json_schema(models, ref_template=REFERENCE)  # type: ignore[arg-type]  # modes are literals
    paths: dict[str, dict[str, Any]] = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint in OPERATIONS:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            method = "post" if "POST" in (rule.methods or ()) else "get"
            paths.setdefault(path, {})[method] = _operation(rule.endpoint, path, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Muster", "version": "1", "description": _preface()},
        "paths": paths,
        "components": {
            "schemas": top["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _preface() -> str:
    return (
        "Check-in and attendance for one offering per token. Times are RFC 3339 with "
        "offset; errors are application/problem+json (RFC 9457)."
    )


def _operation(endpoint: str, path: str, names: dict[Any, Any]) -> dict[str, Any]:
    described = OPERATIONS[endpoint]
    view = current_app.view_functions[endpoint]
    declared = access.declared_access(current_app, endpoint)
    is_open = declared is not None and declared.audience is Audience.PUBLIC
    operation: dict[str, Any] = {
        "operationId": view.__name__,
        "summary": (view.__doc__ or "").strip().splitlines()[0],
        "parameters": _parameters(path, described),
        "responses": _responses(described, names, is_open=is_open),
        "security": [] if is_open else [{"token": []}],
    }
    if described.body:
        schema = names[(described.body, "validation")]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _parameters(path: str, described: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[^/]+$"},
        }
        for name in re.findall(r"{(\w+)}", path)
    ]
    if described.has_etag:
        parameters.append(
            {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
        )
    return parameters


def _responses(
    described: Operation, names: dict[Any, Any], *, is_open: bool
) -> dict[str, dict[str, Any]]:
    schema = names[(described.answer, "serialization")]
    schema = {"type": "array", "items": schema} if described.is_list else schema
    problem = {
        "description": "What went wrong",
        "content": {
            "application/problem+json": {
                "schema": names[(schemas.Problem, "serialization")]
            }
        },
    }
    statuses = {400, *described.statuses, *(() if is_open else (401, 403, 404))}
    answers = {str(status): problem for status in sorted(statuses)}
    answers["200"] = {
        "description": "Done",
        "content": {"application/json": {"schema": schema}},
    }
    if described.has_etag:
        answers["304"] = {"description": "Nothing has changed"}
    return answers
