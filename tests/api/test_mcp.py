"""A client of the official package lists, searches, fetches and asks; each text is a slice of its plan, by hash."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from served import PLANCITE, run_async
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from indexer.api.access import ByRole, SignIn
from indexer.api.mcp import http_app, make_server
from indexer.library import Library
from indexer.library.limits import QuestionLimits
from indexer.library.tokens import Role, make_token

READING = {"search", "fetch", "ask", "compare", "targets", "list_plans"}


class Result(msgspec.Struct, forbid_unknown_fields=False):
    """What connectors read of one result of `search`."""

    id: str
    title: str
    url: str
    text: str


class Results(msgspec.Struct, forbid_unknown_fields=True):
    results: list[Result]


class Document(msgspec.Struct, forbid_unknown_fields=True):
    """What connectors read of `fetch`."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, Any]


def with_client(server: MCPServer[Any], talk: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with Client(server) as client:
            return await talk(client)

    return run_async(run)


def call(server: MCPServer[Any], tool: str, **arguments: Any) -> tuple[bool, str]:
    """(whether it failed, the text of the one text item) of a tool."""

    async def talk(client: Client) -> tuple[bool, str]:
        result = await client.call_tool(tool, arguments)
        (item,) = result.content
        assert item.type == "text"
        assert result.is_error or result.structured_content == json.loads(item.text)
        return bool(result.is_error), item.text

    found: tuple[bool, str] = with_client(server, talk)
    return found


def told(server: MCPServer[Any], tool: str, **arguments: Any) -> str:
    failed, text = call(server, tool, **arguments)
    assert not failed, text
    return text


@pytest.fixture
def server(filled: Library) -> MCPServer[Any]:
    return make_server(lambda: filled, base="https://plans.example")


def test_it_only_reads_unless_it_is_to_write(filled: Library, server: MCPServer[Any]) -> None:
    async def talk(client: Client) -> dict[str, bool]:
        tools = (await client.list_tools()).tools
        return {tool.name: bool(tool.annotations and tool.annotations.read_only_hint) for tool in tools}

    assert with_client(server, talk) == dict.fromkeys(READING, True)
    writing = make_server(lambda: filled, write=True)
    assert with_client(writing, talk) == {**dict.fromkeys(READING, True), "add_plan": False, "remove_plan": False}
    added = json.loads(told(writing, "add_plan", name="kilns.txt", text="Old kilns close by 2030."))
    assert added["status"] == "added" and "2030" in filled.plan(added["plan"]).text
    told(writing, "remove_plan", plan=added["plan"])
    assert added["plan"] not in {info.id for info in filled.plans()}


def test_what_is_found_is_fetched_as_the_same_slice(filled: Library, server: MCPServer[Any]) -> None:
    found = msgspec.json.decode(told(server, "search", query="cement capacity"), type=Results).results
    assert len(found) == 10 and len({result.id for result in found}) == 10
    for result in found:
        document = msgspec.json.decode(told(server, "fetch", id=result.id), type=Document)
        assert (document.id, document.title, document.url) == (result.id, result.title, result.url)
        place, plan = document.metadata, filled.plan(document.metadata["plan"])
        assert document.text == result.text == plan.text[place["start"] : place["end"]]
        assert place["text_sha256"] == hashlib.sha256(document.text.encode()).hexdigest()
        assert document.url.startswith(f"https://plans.example/read?plan={plan.id}&at={place['start']}-{place['end']}")
    whole = msgspec.json.decode(told(server, "fetch", id="national"), type=Document)
    assert whole.text == filled.plan("national").text


def test_an_id_of_a_past_version_is_refused(filled: Library, server: MCPServer[Any], tmp_path: Path) -> None:
    found = msgspec.json.decode(told(server, "search", query="cement"), type=Results).results
    entry = next(result.id for result in found if result.id.startswith("sichuan:"))
    (tmp_path / "new.txt").write_text("Cement kilns close. " * 500)
    filled.add(tmp_path / "new.txt", plan_id="sichuan", replace=True)
    failed, text = call(server, "fetch", id=entry)
    assert failed and "another version of 'sichuan'" in text


@pytest.mark.parametrize("entry", ["none", "", "national:5-4@00000000", "national:0-10@ffffffff", "none:0-1@00000000"])
def test_an_id_of_nothing_is_refused_with_a_sentence(server: MCPServer[Any], entry: str) -> None:
    failed, text = call(server, "fetch", id=entry)
    assert failed and ("There is no plan" in text or "another version" in text)


def test_answers_and_comparisons_cite_slices(filled: Library, server: MCPServer[Any]) -> None:
    answer = json.loads(told(server, "ask", question="What are the cement capacity rules?"))
    compared = json.loads(told(server, "compare", questions=["cement capacity"], plans=["liaoning", "sichuan"]))
    cells = compared["comparisons"][0]["cells"]
    citations = [*answer["citations"], *answer["passages"], *(c for cell in cells for c in cell["citations"])]
    assert len(citations) > 10
    for citation in citations:
        text = filled.plan(citation["plan"]).text[citation["start_char_index"] : citation["end_char_index"]]
        assert text == citation["cited_text"]
        assert citation["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(told(server, "targets", plans=["national"]))["targets"][0]["plan"] == "national"
    assert [plan["plan"] for plan in json.loads(told(server, "list_plans"))["plans"]] == [
        "liaoning", "national", "sichuan",
    ]  # fmt: skip


def test_plans_and_sections_are_resources(filled: Library, server: MCPServer[Any]) -> None:
    async def talk(client: Client) -> None:
        assert [str(r.uri) for r in (await client.list_resources()).resources][1] == "plan://national"
        plan = filled.plan("national")
        (whole,) = (await client.read_resource("plan://national")).contents
        assert whole.text == plan.text  # type: ignore[union-attr]
        (part,) = (await client.read_resource("plan://national/section/2")).contents
        section = json.loads(part.text)  # type: ignore[union-attr]
        assert section["section"] == plan.sections[1].label
        assert section["text"] == plan.text[section["start"] : section["end"]]
        for missing in ("plan://none", "plan://national/section/0", "plan://national/section/999"):
            with pytest.raises(MCPError, match=r"There is no plan|has sections 1 to"):
                await client.read_resource(missing)

    with_client(server, talk)


def test_a_full_server_says_so(filled: Library) -> None:
    limits = QuestionLimits(running=1, most=1, most_a_client=1)
    with limits.place("other"):
        failed, text = call(make_server(lambda: filled, limits=limits), "ask", question="coal")
    assert failed and "the most at once" in text


def test_over_standard_input_nothing_but_the_protocol_is_written(tmp_path: Path, filled_folder: Path) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}  # fmt: skip
    listed = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_plans", "arguments": {}}}
    lines = [asked, {"jsonrpc": "2.0", "method": "notifications/initialized"}, listed]
    process = subprocess.Popen(
        [*PLANCITE, "mcp", "--library", str(filled_folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    assert process.stdin and process.stdout
    for line in lines:
        process.stdin.write(json.dumps(line) + "\n")
    process.stdin.flush()
    replies = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert process.stdout.read() == ""
    process.stdout.close()
    assert [reply["id"] for reply in replies] == [1, 2]
    assert len(json.loads(replies[1]["result"]["content"][0]["text"])["plans"]) == 3


@pytest.fixture
def served_by_role(filled: Library) -> Iterator[tuple[QuestionLimits, Callable[..., httpx.Response]]]:
    """The limits of a server that asks for tokens, and what sends it a request by a token."""
    limits = QuestionLimits(running=4, most=4, most_a_client=1)
    sign_in = SignIn(lambda: filled, required=True)
    reading, begin_reading = http_app(make_server(sign_in.library, limits=limits))
    writing, begin_writing = http_app(make_server(sign_in.library, write=True, limits=limits))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with begin_reading(), begin_writing():
            yield

    app = Starlette(routes=[Route("/mcp", ByRole(sign_in, reading, writing))], lifespan=lifespan)
    with TestClient(app, base_url="http://localhost") as client:

        def send(token: str, method: str, **params: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
            asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            return client.post("/mcp", json=asked, headers=headers)

        yield limits, send


def test_over_http_a_readers_token_cannot_write(
    filled: Library, served_by_role: tuple[QuestionLimits, Callable[..., httpx.Response]]
) -> None:
    _, send = served_by_role
    assert send("wrong", "tools/list").status_code == 401
    listed = send(make_token(filled.backend, "reader", Role.READER), "tools/list")
    assert listed.status_code == 200 and '"search"' in listed.text and "add_plan" not in listed.text
    assert "add_plan" in send(make_token(filled.backend, "editor", Role.EDITOR), "tools/list").text


def test_questions_are_counted_by_who_asks(
    filled: Library, served_by_role: tuple[QuestionLimits, Callable[..., httpx.Response]]
) -> None:
    limits, send = served_by_role
    ann, bob = (make_token(filled.backend, name, Role.READER) for name in ("ann", "bob"))
    with limits.place("ann"):
        refused, answered = (
            send(token, "tools/call", name="ask", arguments={"question": "coal"}).text for token in (ann, bob)
        )
    assert "1 questions open" in refused and "answerable" in answered


def test_without_the_package_a_sentence_says_what_to_install(tmp_path: Path, filled_folder: Path) -> None:
    block = "import sys; sys.modules['mcp'] = None; from indexer.cli import main; sys.argv[0] = 'plancite'; main()"
    done = subprocess.run(
        [sys.executable, "-c", block, "mcp", "--library", str(filled_folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'plancite[server]'" in done.stderr and done.stderr.count("\n") == 1


def test_arguments_that_do_not_fit_are_refused_with_a_sentence_that_names_them(filled: Library) -> None:
    server = make_server(lambda: filled, write=True)
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("search", {}, "search lacks the argument 'query': give a text."),
        ("search", {"query": 5}, "search cannot read the argument 'query': give a text."),
        ("search", {"query": "cement", "top": 5}, "search has no argument 'top'. It takes: query."),
        ("fetch", {"id": None}, "fetch cannot read the argument 'id': give a text."),
        ("ask", {"question": "cement?", "plans": "sichuan"},
         "ask cannot read the argument 'plans': give a list of texts, or leave it out."),
        ("ask", {"question": "cement?", "plans": [1]},
         "ask cannot read the argument 'plans': give a list of texts, or leave it out."),
        ("compare", {"questions": [], "plans": ["liaoning", "sichuan"]},
         "compare cannot read the argument 'questions': give a list of 1 to 10 texts."),
        ("compare", {"questions": ["cement"], "plans": ["sichuan"]},
         "compare cannot read the argument 'plans': give a list of 2 or more texts."),
        ("targets", {"figures": "perhaps"}, "targets cannot read the argument 'figures': give true or false."),
        ("list_plans", {"page": 2}, "list_plans has no argument 'page'. It takes none."),
        ("add_plan", {"name": "a.txt"}, "add_plan lacks the argument 'text': give a text."),
        ("remove_plan", {"plan": ["sichuan"]}, "remove_plan cannot read the argument 'plan': give a text."),
    ]  # fmt: skip
    for tool, arguments, said in cases:
        assert call(server, tool, **arguments) == (True, said)

    async def talk(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert with_client(server, talk) == {tool for tool, _, _ in cases}, "each tool has its case"
    told(server, "ask", question="cement?", plans='["sichuan"]')  # a list as text, which assistants write
