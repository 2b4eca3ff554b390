"""The HTTP API as an application: who asks, what was sent, and the operation that it is for.

Operations run in threads, so that the event loop, which the pages share, is never held up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from indexer.api.access import SignIn, client_address
from indexer.api.bodies import LimitBody
from indexer.api.openapi import openapi_document, openapi_page
from indexer.api.problems import HANDLERS, SENTENCES, Problem, problem_response
from indexer.api.routes import OPERATIONS, PREFIX, Call, Operation
from indexer.library import Library
from indexer.library.limits import LIMITS, QuestionLimits
from indexer.library.uploads import Upload

OpenLibrary: TypeAlias = Callable[[], Library]
#: Files and fields of one upload; bytes of a JSON request.
MOST_FILES, MOST_FIELDS = 200, 20


def api_app(
    open_library: OpenLibrary, limits: QuestionLimits = LIMITS, *, sign_in: SignIn | None = None, base: str = ""
) -> Starlette:
    """The application to mount at ``PREFIX``; ``open_library`` gives the library that the pages show.

    Without ``sign_in`` every client may do everything. ``base`` is the address of the pages for links, without a slash
    at its end; left out, that of each request.
    """
    threads = CapacityLimiter(limits.most + 16)
    signing_in = sign_in or SignIn(open_library, required=False)
    document = openapi_document(OPERATIONS)

    def route(path: str) -> Route:
        by_method = {operation.method: operation for operation in OPERATIONS if operation.path == path}

        async def endpoint(request: Request) -> Response:
            operation = by_method["GET" if request.method == "HEAD" else request.method]
            doing = f"{operation.method} {operation.path}"
            person = await to_thread.run_sync(signing_in.admit, request, operation.action, doing, limiter=threads)
            query = _checked(_query_values(request, operation.query), operation.query, "query")
            body, files = await _read_body(request, operation)

            def work() -> Response:
                signing_in.begin(request, person)
                call = Call(
                    signing_in.library(),
                    limits,
                    client=person.name or client_address(request),
                    base=base or str(request.base_url.replace(path="")).rstrip("/"),
                    path=request.path_params,
                    query=query,
                    body=body,
                    files=files,
                )
                return operation.handle(call)

            return await to_thread.run_sync(work, limiter=threads)

        return Route(path, endpoint, methods=list(by_method), name=path)

    async def describe(request: Request) -> Response:
        return JSONResponse(document)

    async def show(request: Request) -> Response:
        return Response(openapi_page(document), media_type="text/html; charset=utf-8")

    routes = [
        Route("/openapi.json", describe),
        Route("/", show),
        *map(route, dict.fromkeys(operation.path for operation in OPERATIONS)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(LimitBody)], exception_handlers=HANDLERS)


class NotFound:
    """An ASGI application that answers 404 to each request, as problem+json."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem_response(Problem(404, "request", SENTENCES[404]))(scope, receive, send)


def _query_values(request: Request, kind: type) -> dict[str, Any]:
    """The query by name: a list where ``kind`` takes several, else the one given last."""
    lists = {f.name for f in msgspec.structs.fields(kind) if isinstance(f.default_factory, type) or f.default == []}
    given = request.query_params
    return {name: given.getlist(name) if name in lists else given[name] for name in given}


async def _read_body(request: Request, operation: Operation) -> tuple[Any, tuple[Upload, ...]]:
    """The request's body as the operation takes it, and its files. Raises Problem."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation.takes_files:
        if kind != "multipart/form-data":
            raise Problem(415, "media-type", "Send files as multipart/form-data, each under the name `file`.")
        return await _read_form(request)
    if operation.body is None:
        return None, ()
    if kind != "application/json":
        raise Problem(415, "media-type", "Send the request as JSON, with Content-Type: application/json.")
    try:
        return msgspec.json.decode(await request.body(), type=operation.body), ()
    except msgspec.ValidationError as error:
        raise _unfit(str(error), "request") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Problem(400, "json", f"The request is no JSON ({error}).") from error


async def _read_form(request: Request) -> tuple[dict[str, Any], tuple[Upload, ...]]:
    try:
        return await _form_values(request)
    except OSError as error:  # a large file is on the disk while it comes
        raise Problem(
            503,
            "disk",
            f"The files cannot be kept while they come ({error.strerror or error}). Free some space in the server's "
            "temporary folder, and send them again.",
        ) from error


async def _form_values(request: Request) -> tuple[dict[str, Any], tuple[Upload, ...]]:
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        unknown = sorted(set(form) - {"file", "into", "replace"})
        if unknown:
            raise Problem(422, "request", f"`{unknown[0]}` is not known. The form has `file`, `into` and `replace`.")
        sent = form.getlist("file")
        if not sent or not all(isinstance(file, UploadFile) and file.filename for file in sent):
            raise Problem(422, "request", "Send at least one file under the name `file`, with its file name.")
        files = [Upload(str(f.filename), await f.read()) for f in sent if isinstance(f, UploadFile)]
        fields = {name: form.get(name, default) for name, default in (("into", ""), ("replace", "true"))}
    if not all(isinstance(value, str) for value in fields.values()) or fields["replace"] not in ("true", "false"):
        raise Problem(422, "request", "`into` is the id of a plan, and `replace` is true or false.")
    return {"into": fields["into"], "replace": fields["replace"] == "true"}, tuple(files)


def _checked(values: dict[str, Any], kind: type, what: str) -> Any:
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _unfit(str(error), what) from error


def _unfit(message: str, what: str) -> Problem:
    """``Expected `int`, got `str` - at `$.top_k` `` as a sentence that begins with the name."""
    reason, _, place = message.partition(" - at `$.")
    where = f"`{place.rstrip('`')}`" if place else f"The {what}"
    return Problem(422, "request", f"{where} does not fit: {reason[:1].lower()}{reason[1:]}. See {PREFIX}/.")
