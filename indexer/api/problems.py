"""Refusals as problem+json (RFC 9457): each with a sentence on what is wrong and what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from indexer.errors import (
    EditError,
    IndexerError,
    LibraryBusyError,
    LimitError,
    QuestionError,
    RightsError,
    SourceError,
    UnknownPlanError,
)

MEDIA_TYPE = "application/problem+json"
#: Seconds after which a busy server may be asked again.
RETRY = 5
#: What begins the type of a problem; by which a program distinguishes problems.
TYPES = "urn:plancite:problem:"
#: Error -> status and type; the first that fits.
_STATUS: tuple[tuple[type[IndexerError], int, str], ...] = (
    (UnknownPlanError, 404, "unknown-plan"),
    (RightsError, 403, "role"),
    (QuestionError, 422, "question"),
    (SourceError, 422, "source"),
    (EditError, 422, "request"),
    (LimitError, 429, "too-many"),
    (LibraryBusyError, 503, "busy"),
    (IndexerError, 503, "library"),
)
#: Plain sentences for what Starlette refuses.
SENTENCES = {
    404: "There is nothing here. /api/v1/openapi.json lists what there is.",
    405: "This address takes other methods. /api/v1/openapi.json lists them.",
}


class Problem(Exception):
    """A refusal: its status, its type and a sentence."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail


def to_problem(error: IndexerError) -> Problem:
    """The refusal that an error of ours is."""
    status, kind = next((status, kind) for known, status, kind in _STATUS if isinstance(error, known))
    return Problem(status, kind, str(error))


def problem_object(problem: Problem) -> dict[str, Any]:
    """The members of a problem document."""
    title = HTTPStatus(problem.status).phrase
    return {"type": TYPES + problem.kind, "title": title, "status": problem.status, "detail": problem.detail}


def problem_response(problem: Problem) -> Response:
    """A refusal as a response; one that passes says when to try again."""
    headers = {"Retry-After": str(RETRY)} if problem.status in (409, 429, 503) else {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem_object(problem), problem.status, headers, MEDIA_TYPE)


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


async def on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, IndexerError)
    return problem_response(to_problem(error))


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = SENTENCES.get(error.status_code, error.detail)
    response = problem_response(Problem(error.status_code, "request", detail))
    response.headers.update(error.headers or {})
    return response


async def on_defect(request: Request, error: Exception) -> Response:
    """What should not happen: the log gets the trace, the client a sentence."""
    logging.getLogger(__name__).error("%s %s", request.method, request.url.path, exc_info=error)
    detail = "The server made an error, which its log describes. Tell the people who run it."
    return problem_response(Problem(500, "defect", detail))


HANDLERS: dict[Any, Any] = {Problem: on_problem, IndexerError: on_error, HTTPException: on_http, Exception: on_defect}
