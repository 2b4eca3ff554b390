"""The library for assistants, by the Model Context Protocol: tools and resources whose texts can be checked by program.

`search` and `fetch` keep the contract that connectors expect. What changes the library is only registered when the
server is to write.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial, wraps
from importlib.metadata import version
from typing import Annotated, Any, ParamSpec, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, Resource, ToolAnnotations
from pydantic import Field, ValidationError
from starlette.routing import Route
from starlette.types import ASGIApp

from indexer.api.citing import citable_result, citable_target, listed_plan, text_hash
from indexer.errors import IndexerError, QuestionError, UnknownPlanError
from indexer.exporting.objects import answer_object, comparison_object
from indexer.library import Library, audit
from indexer.library.jobs import Job, job_queue
from indexer.library.limits import LIMITS, QuestionLimits
from indexer.library.uploads import Upload, add_uploads
from indexer.reading.doubts import doubtful_places
from indexer.types import Plan, Span, page_at

P = ParamSpec("P")
T = TypeVar("T")
_Object: TypeAlias = dict[str, Any]

#: Results of one search, targets of one list, and questions of one comparison.
RESULTS, MOST_TARGETS, MOST_QUESTIONS = 10, 500, 10
_INSTRUCTIONS = (
    "Plancite answers questions about plan documents in the plans' own sentences, or says that none answers. Quote its "
    "texts as they are and cite plan, section and page. Each text is the plan's text from `start` to `end`, and "
    "`text_sha256` is the SHA-256 of it in UTF-8."
)
#: Characters of an unknown argument's name that are repeated.
_NAMED = 100
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
#: A passage's id: plan, place, and the beginning of the hash of the file that the place is in.
_PASSAGE_ID = re.compile(r"(?P<plan>.+):(?P<start>\d+)-(?P<end>\d+)@(?P<version>[0-9a-f]{8})")

Question = Annotated[str, Field(description="A question in plain words.")]
Plans = Annotated[list[str] | None, Field(description="Ids of plans, from list_plans; all when left out.")]


class _Server(MCPServer[Any]):
    """A server that lists the plans of the library as resources, and refuses arguments with a sentence."""

    def __init__(self, open_library: Callable[[], Library]) -> None:
        super().__init__(
            "plancite",
            title="Plancite",
            instructions=_INSTRUCTIONS,
            version=version("plancite"),
            log_level="ERROR",
        )
        self.open_library = open_library

    async def list_resources(self) -> list[Resource]:
        return [
            Resource(uri=plan_uri(info.id), name=info.id, title=info.title, mime_type="text/plain")
            for info in self.open_library().plans()
        ]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        if tool := self._tool_manager.get_tool(name):
            known: Mapping[str, _Object] = tool.parameters.get("properties", {})
            if unknown := next((argument for argument in arguments if argument not in known), None):
                has = f"It takes: {', '.join(known)}" if known else "It takes none"
                raise ToolError(f"{name} has no argument {unknown[:_NAMED]!r}. {has}.")
            try:
                tool.fn_metadata.validate_arguments(arguments)
            except ValidationError as error:
                raise ToolError(_misfit(name, known, error)) from error
        return await super().call_tool(name, arguments, context)


def make_server(
    open_library: Callable[[], Library], *, base: str = "", write: bool = False, limits: QuestionLimits = LIMITS
) -> MCPServer[Any]:
    """The server; ``base`` is the address of the pages, to which results then link, without a slash at its end."""
    server = _Server(open_library)
    tool = partial(_add_tool, server, _READS)

    def address(plan: Plan, span: Span) -> str:
        if not base:
            return f"{plan_uri(plan.id)}#char={span[0]},{span[1]}"
        return f"{base}/read?" + urlencode({"plan": plan.id, "at": f"{span[0]}-{span[1]}", "v": plan.sha256[:8]})

    def document(plan: Plan, span: Span, entry: str) -> _Object:
        text = plan.text[slice(*span)]
        places = {"start": span[0], "end": span[1], "text_sha256": text_hash(text)}
        page = page_at(plan.pages, span[0])
        metadata = {"plan": plan.id, "plan_sha256": plan.sha256, "page": page, **places}
        return {"id": entry, "title": plan.title, "text": text, "url": address(plan, span), "metadata": metadata}

    @tool
    def search(query: Annotated[str, Field(description="A question, or words to search for.")]) -> _Object:
        """Search all plans; the best passages, each with an id to fetch and a link."""
        with limits.place(_client()):
            library = open_library()
            hits = library.search(query, RESULTS)
        results = []
        for hit in hits:
            plan, span = library.plan(hit.passage.plan), (hit.passage.start, hit.passage.end)
            results.append(document(plan, span, passage_id(plan, span)))
        return {"results": results}

    @tool
    def fetch(id: Annotated[str, Field(description="An id from search, or of a plan.")]) -> _Object:
        """Fetch a passage found by search, or a whole plan by its id, as text with its offsets and hash."""
        plan, span = _find(open_library(), id)
        return document(plan, span, id)

    @tool
    def ask(question: Question, plans: Plans = None) -> _Object:
        """Answer a question with one to three sentences of the plans, cited; `answerable` is false where none does."""
        with limits.place(_client()):
            library = open_library()
            answer = library.ask(question, plans=plans)
            return citable_result(answer_object(answer, doubtful_places(library.plans())))

    @tool
    def compare(
        questions: Annotated[list[str], Field(min_length=1, max_length=MOST_QUESTIONS)],
        plans: Annotated[list[str], Field(min_length=2, description="Ids of two plans or more.")],
    ) -> _Object:
        """Ask each of several plans the same questions: what each answers, or that it does not, and how they differ."""
        compared = []
        for question in questions:
            with limits.place(_client()):
                comparison = comparison_object(open_library().compare(question, plans))
            compared.append({**comparison, "cells": [citable_result(cell) for cell in comparison["cells"]]})
        return {"comparisons": compared}

    @tool
    def targets(
        plans: Plans = None,
        figures: Annotated[bool, Field(description="Also figures that are only mentioned, as statistics are.")] = False,
    ) -> _Object:
        """What the plans commit to in figures: indicator, value, unit, year, how binding, with the sentence."""
        found = open_library().targets(plans, figures=figures)
        return {"found": len(found), "targets": [citable_target(target) for target in found[:MOST_TARGETS]]}

    @tool
    def list_plans() -> _Object:
        """The plans in the library: id, title, issuer, date, language, size."""
        return {"plans": [listed_plan(info) for info in open_library().plans()]}

    if write:
        _add_writing(server)
    _add_resources(server)
    return server


def _add_writing(server: _Server) -> None:
    """Register the tools that change the library."""
    tool = partial(_add_tool, server, _WRITES)

    @tool
    def add_plan(
        name: Annotated[str, Field(description="A file name such as plan.md: its ending says how the text is read.")],
        text: str,
    ) -> _Object:
        """Add a plan from its text; a plan of this name is replaced, its earlier text kept as a version."""
        library = server.open_library()
        adding = partial(add_uploads, library, [Upload(name, text.encode("utf-8", "replace"))])
        job = Job(f"Adding {name}", adding, cancellable=True, owner=library.person.name)
        job_queue(library).put(job)
        while job.task.running:
            job.look(wait=1.0)
        if job.task.error:
            raise job.task.error
        (report,) = job.look()
        return {"plan": report.plan, "status": report.status, "detail": report.detail}

    @tool
    def remove_plan(plan: Annotated[str, Field(description="The plan's id.")]) -> _Object:
        """Remove a plan; it can be restored on the Library page."""
        server.open_library().remove([plan])
        return {"plan": plan, "status": "removed"}


def _add_resources(server: _Server) -> None:
    @server.resource("plan://{plan}", name="plan", title="A plan's text", mime_type="text/plain")
    def read_plan(plan: str) -> str:
        """The whole text of a plan, which all offsets count."""
        return _existing(server.open_library(), plan).text

    @server.resource(
        "plan://{plan}/section/{number}", name="section", title="A section of a plan", mime_type="application/json"
    )
    def read_section(plan: str, number: int) -> _Object:
        """A section by its number in reading order, from 1, with its offsets and hash."""
        found = _existing(server.open_library(), plan)
        if not 1 <= number <= len(found.sections):
            raise ResourceNotFoundError(f"The plan {plan!r} has sections 1 to {len(found.sections)}, not {number}.")
        section = found.sections[number - 1]
        text = found.text[section.start : section.end]
        place = {"plan": found.id, "title": found.title, "section": section.label, "level": section.level}
        return {**place, "start": section.start, "end": section.end, "text": text, "text_sha256": text_hash(text)}


def _client() -> str:
    """Who asks, as the API counts them: a person, a token or an address; "mcp" over standard input."""
    return audit.actor.get() or "mcp"


def http_app(server: MCPServer[Any]) -> tuple[ASGIApp, Callable[[], AbstractAsyncContextManager[None]]]:
    """The application that serves ``server`` without sessions, and the lifespan that it needs."""
    # the host checks the address and the origin of every request
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=security)
    (route,) = (route for route in app.routes if isinstance(route, Route))

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    application: ASGIApp = route.endpoint
    return application, lifespan


def plan_uri(plan_id: str) -> str:
    """The resource that a plan is."""
    return f"plan://{quote(plan_id, safe='')}"


def passage_id(plan: Plan, span: Span) -> str:
    """The id of a passage, which stands for the same words for good: it names the file that they are in."""
    return f"{plan.id}:{span[0]}-{span[1]}@{plan.sha256[:8]}"


def _find(library: Library, entry: str) -> tuple[Plan, Span]:
    """The plan and the place that an id names. Raises UnknownPlanError, and QuestionError for a past version."""
    match = _PASSAGE_ID.fullmatch(entry)
    if match is None:
        plan = library.plan(entry)
        return plan, (0, len(plan.text))
    plan, start, end = library.plan(match["plan"]), int(match["start"]), int(match["end"])
    if not plan.sha256.startswith(match["version"]) or not start < end <= len(plan.text):
        raise QuestionError(f"{entry!r} is a place in another version of {plan.id!r}. Search again.")
    return plan, (start, end)


def _existing(library: Library, plan_id: str) -> Plan:
    try:
        return library.plan(plan_id)
    except UnknownPlanError as error:
        raise ResourceNotFoundError(str(error)) from error


def _misfit(tool: str, known: Mapping[str, _Object], error: ValidationError) -> str:
    """What is wrong with the first argument that does not fit, and what it has to be."""
    first = error.errors(include_url=False, include_input=False)[0]
    argument = str(first["loc"][0])
    wrong = f"{tool} lacks the argument" if first["type"] == "missing" else f"{tool} cannot read the argument"
    return f"{wrong} {argument!r}: give {_expected(known[argument])}."


def _expected(schema: _Object) -> str:
    """What a value of ``schema`` is, as a sentence goes on after "give"."""
    if alternatives := [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]:
        return f"{_expected(alternatives[0])}, or leave it out"
    if schema.get("type") == "array":
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        count = f" of {least} to {most}" if most else f" of {least} or more" if least else " of"
        return f"a list{count} texts"
    return {"string": "a text", "boolean": "true or false", "integer": "a whole number"}[schema["type"]]


def _add_tool(server: MCPServer[Any], annotations: ToolAnnotations, function: Callable[P, _Object]) -> None:
    """Register ``function``, whose errors of ours reach the assistant as their sentences."""

    @wraps(function)
    def tool(*args: P.args, **kwargs: P.kwargs) -> _Object:
        try:
            return function(*args, **kwargs)
        except IndexerError as error:
            raise ToolError(str(error)) from error

    server.add_tool(tool, annotations=annotations)
