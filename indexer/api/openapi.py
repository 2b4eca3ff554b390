"""The operations -> their OpenAPI 3.1 document, and a page of it that loads nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from indexer.api import problems, schemas

if TYPE_CHECKING:
    from indexer.api.routes import Operation

_REFS = "#/components/schemas/{name}"
#: Statuses that any operation may refuse with: a request that does not fit, or of somebody else, a defect, no library.
_ALWAYS = (400, 401, 403, 422, 500, 503)
_FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file"],
    "properties": {
        "file": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
        "into": {"type": "string", "description": "The plan of which the one file is the new version."},
        "replace": {
            "type": "boolean",
            "default": True,
            "description": "Whether a file takes the place of the plan that has its name.",
        },
    },
}


def openapi_document(operations: Sequence[Operation], prefix: str = "/api/v1") -> dict[str, Any]:
    """The document, for a server that has the operations below ``prefix``."""
    types = [kind for o in operations for kind in (o.query, *([o.body] if o.body else []), *_replies(o))]
    kinds = list(dict.fromkeys([*types, schemas.ProblemDocument]))
    described, components = msgspec.json.schema_components(kinds, ref_template=_REFS)
    by_type = dict(zip(kinds, described, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plancite",
            "version": version("plancite"),
            "description": "Answers are sentences of the plans, cited; offsets count the characters of a plan's text.",
        },
        "servers": [{"url": prefix}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(operation: Operation, by_type: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "description": f"For the role {operation.role.name.lower()} and above, where the server asks for tokens.",
        "operationId": operation.handle.__name__.strip("_"),
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation.query, by_type, components)],
        "responses": {str(operation.status): _reply(operation, by_type)},
    }
    if operation.takes_files:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    elif operation.body:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": by_type[operation.body]}},
        }
    problem = {problems.MEDIA_TYPE: {"schema": by_type[schemas.ProblemDocument]}}
    for status in sorted({*operation.refusals, *_ALWAYS}):
        described["responses"][str(status)] = {"description": HTTPStatus(status).phrase, "content": problem}
    return described


def _reply(operation: Operation, by_type: dict[Any, Any]) -> dict[str, Any]:
    reply: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if isinstance(operation.reply, str):
        reply["content"] = {operation.reply: {}}
    elif kinds := [by_type[kind] for kind in _replies(operation)]:
        reply["content"] = {"application/json": {"schema": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}}}
    return reply


def _replies(operation: Operation) -> tuple[type, ...]:
    """The types of JSON that it gives."""
    reply = operation.reply
    return reply if isinstance(reply, tuple) else (reply,) if isinstance(reply, type) else ()


def _path_parameters(path: str) -> list[dict[str, Any]]:
    found = re.findall(r"\{(\w+)(:int)?\}", path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1} if number else {"type": "string", "minLength": 1},
        }
        for name, number in found
    ]


def _query_parameters(kind: type, by_type: dict[Any, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    schema = components[by_type[kind]["$ref"].rpartition("/")[2]]
    return [{"name": name, "in": "query", "schema": value} for name, value in schema["properties"].items()]


def openapi_page(document: dict[str, Any]) -> str:
    """The operations as a page to read: one section each, with its parameters, body and replies."""
    title = document["info"]["title"]
    sections = [
        _section(f"{document['servers'][0]['url']}{path}", method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return Markup(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title} API</title>"
        "<meta name=viewport content='width=device-width'><style>body{{font:1rem/1.5 system-ui,sans-serif;"
        "max-width:50rem;margin:2rem auto;padding:0 1rem}}code{{background:#f2f2f2;padding:0 .2em}}"
        "h2{{font-size:1.1rem;margin-top:2rem}}</style><h1>{title} API</h1><p>{about} "
        "<a href=openapi.json>OpenAPI document</a></p>{sections}</html>"
    ).format(title=title, about=document["info"]["description"], sections=Markup("").join(sections))


def _section(path: str, method: str, operation: dict[str, Any]) -> Markup:
    parameters = [f"{p['name']} ({p['in']})" for p in operation["parameters"]]
    body = [
        schema["schema"].get("$ref", kind).rpartition("/")[2]
        for kind, schema in operation.get("requestBody", {}).get("content", {}).items()
    ]
    lines = {"Parameters": parameters, "Body": body, "Replies": list(operation["responses"])}
    items = [
        Markup("<li>{}: {}").format(name, Markup(", ").join(Markup("<code>{}</code>").format(v) for v in values))
        for name, values in lines.items()
        if values
    ]
    return Markup("<h2><code>{} {}</code></h2><p>{}</p><ul>{}</ul>").format(
        method.upper(), path, operation["summary"], Markup("").join(items)
    )
