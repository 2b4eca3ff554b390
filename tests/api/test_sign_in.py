"""Signing in by a proxy: whose headers count, what each role may do at each address, and what nobody else sees."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from colleagues import ADA, ANN, BOB, CLOSED, EDITH, HIDDEN, SECRET, fill
from commands import Run
from provider import provider
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from waiting import await_job

from indexer.api.access import ByRole, SignIn
from indexer.api.application import api_app
from indexer.api.mcp import http_app, make_server
from indexer.api.provider import Provider
from indexer.api.routes import OPERATIONS, PREFIX, Operation
from indexer.api.sign_in import SignInSettings, settings_from_environment, settings_text
from indexer.errors import IndexerError
from indexer.library import Library
from indexer.library.rights import Mode, Person, Role
from indexer.library.tokens import make_token
from indexer.ui.server import Guard

PROXY, OUTSIDE = "10.0.0.1", "10.0.0.9"
SETTINGS = SignInSettings(Mode.PROXY, (PROXY, "192.168.7.0/30"), "X-Remote-User", "X-Role", "X-Groups")


@pytest.fixture
def office(library: Library, tmp_path: Path) -> Library:
    fill(library, tmp_path / "plans")
    return library


@pytest.fixture
def connect(office: Library) -> Iterator[Callable[..., TestClient]]:
    """Connects to a server with API, MCP and a page, from an address and with headers."""
    sign_in = SignIn(lambda: office, required=False, settings=SETTINGS)
    reading, begin_reading = http_app(make_server(sign_in.library))
    writing, begin_writing = http_app(make_server(sign_in.library, write=True))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with begin_reading(), begin_writing():
            yield

    async def page(request: Any) -> PlainTextResponse:
        return PlainTextResponse(json.dumps(dict(request.headers)))

    app = Starlette(
        routes=[
            Mount(PREFIX, api_app(lambda: office, sign_in=sign_in)),
            Route("/mcp", ByRole(sign_in, reading, writing)),
            Route("/", page),
        ],
        middleware=[Middleware(Guard, settings=SETTINGS)],
        lifespan=lifespan,
    )
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as running:

        def opens(address: str = PROXY, headers: dict[str, str] | None = None) -> TestClient:
            client = TestClient(
                app, base_url="http://localhost", client=(address, 5000), headers=headers, raise_server_exceptions=False
            )
            client.portal = running.portal
            return client

        yield opens


def test_a_provider_is_asked_whether_it_can_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    with provider({}) as address:
        found = Provider(f"{address}/.well-known/openid-configuration", holds=0)
        kept = Provider(f"{address}/.well-known/openid-configuration", holds=60)
        assert found.reachable() and kept.reachable()
        assert not Provider(f"{address}/jwks").reachable()  # an answer, but no provider's
        caplog.clear()
    assert not found.reachable() and not found.reachable()
    assert kept.reachable()  # as found before
    (line,) = caplog.messages
    assert address in line and "Check server_metadata_url" in line and not caplog.records[0].exc_info
    with provider({}, int(address.rpartition(":")[2])):
        assert found.reachable()
    for url in ("", "nonsense", "http://[", "ftp://127.0.0.1/"):
        assert not Provider(url).reachable()


def as_person(person: Person) -> dict[str, str]:
    groups = {"X-Groups": ", ".join(person.groups)} if person.groups else {}
    return {"X-Remote-User": person.name, "X-Role": person.role.name.lower(), **groups}


def send(client: TestClient, operation: Operation) -> Any:
    path = operation.path.replace("{page:int}", "1").replace("{plan}", "none").replace("{job}", "none")
    return client.request(operation.method, PREFIX + path)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_each_operation_without_and_with_each_role(connect: Callable[..., TestClient], operation: Operation) -> None:
    named = as_person(Person("Zoe", Role.ADMIN))
    for client in (connect(), connect(OUTSIDE), connect(OUTSIDE, named), connect("", named)):
        refused = send(client, operation)
        assert refused.status_code == 401 and refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["detail"]
    for role in Role:
        reply = send(connect(PROXY, as_person(Person("Zoe", role))), operation)
        if role < operation.role:
            assert reply.status_code == 403 and reply.json()["type"].endswith(":role")
            assert f"the role {operation.role.name.lower()}" in reply.json()["detail"]
        else:
            assert reply.status_code not in (401, 403, 500)


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Remote-User", "Ada")],
        [("x-remote-user", "Ada"), ("x-role", "admin")],
        [("X-REMOTE-USER", "Ada"), ("X-Plancite-Vetted", "yes")],
        [("X-Remote-User", "Ada"), ("X-Forwarded-For", PROXY), ("Forwarded", f"for={PROXY}"), ("X-Real-IP", PROXY)],
        [("X-Remote-User", "Ada"), ("Authorization", "Basic QWRhOng=")],
    ],
)
def test_headers_from_outside_count_for_nothing(
    connect: Callable[..., TestClient], headers: list[tuple[str, str]]
) -> None:
    for address in (OUTSIDE, "192.168.7.4", "::1", "10.0.0.1.example", "testclient"):
        client = connect(address)
        assert client.get(f"{PREFIX}/plans", headers=headers).status_code == 401
        assert client.post("/mcp", json={}, headers=headers).status_code == 401
        assert client.get("/", headers=headers).status_code == 401
    assert connect("192.168.7.2").get("/", headers=headers[:1]).status_code == 200
    assert connect(f"::ffff:{PROXY}").get("/", headers=headers[:1]).status_code == 200


def test_a_header_that_comes_twice_names_nobody(connect: Callable[..., TestClient]) -> None:
    twice = [("X-Remote-User", "Bob"), ("X-Remote-User", "Ada")]
    assert connect().get(f"{PREFIX}/plans", headers=twice).status_code == 401
    assert connect().get("/", headers=twice).status_code == 401
    roles = [("X-Remote-User", "Zoe"), ("X-Role", "reader"), ("X-Role", "admin")]
    assert connect().get(f"{PREFIX}/audit.csv", headers=roles).status_code == 401


def test_the_names_of_nobody(connect: Callable[..., TestClient]) -> None:
    for name in ("", "  ", "a" * 201):
        assert connect(headers={"X-Remote-User": name}).get(f"{PREFIX}/plans").status_code == 401


def test_a_role_that_is_none_makes_a_reader_and_the_list_counts_first(connect: Callable[..., TestClient]) -> None:
    for role in ("king", "", "ADMINISTRATOR"):
        client = connect(headers={"X-Remote-User": "Zoe", "X-Role": role})
        assert client.get(f"{PREFIX}/plans").status_code == 200
        assert client.delete(f"{PREFIX}/plans/none").status_code == 403
    assert connect(headers={"X-Remote-User": "Edith", "X-Role": "admin"}).get(f"{PREFIX}/audit.csv").status_code == 403
    assert connect(headers={"X-Remote-User": "Ada"}).get(f"{PREFIX}/audit.csv").status_code == 200


def everything(client: TestClient) -> dict[str, str]:
    """What a program reads of the plans at every address, as text."""
    found: dict[str, str] = {}
    for path in (
        "plans",
        "plans?limit=1",
        "targets",
        "targets?figures=true",
        "targets?aligned=true",
        "changes.atom",
        "alerts",
        "alerts.atom",
        "health",
    ):
        found[path] = client.get(f"{PREFIX}/{path}").text
    bodies = {
        "search": [{"query": "power"}, {"query": "hydrogen corridor"}],
        "ask": [
            {"question": "When do kilns of the old kind close?"},
            {"question": "power", "all": True},
            {"question": "What does the Valley plan say on the ZHC?"},
            {"question": "hydrogen", "filter": {"collection": ["Shores"]}},
        ],
    }
    for path, asked in bodies.items():
        for body in asked:
            found[f"{path} {body}"] = client.post(f"{PREFIX}/{path}", json=body).text
    for name, arguments in (
        ("list_plans", {}),
        ("search", {"query": "hydrogen corridor"}),
        ("ask", {"question": "When do kilns of the old kind close?"}),
        ("targets", {"figures": True}),
    ):
        found[f"tool {name}"] = assist(client, "tools/call", name=name, arguments=arguments)
    found["resources"] = assist(client, "resources/list")
    return found


def assist(client: TestClient, method: str, **params: Any) -> str:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    reply = client.post("/mcp", json=asked, headers={"Accept": "application/json, text/event-stream"})
    assert reply.status_code == 200, reply.text
    return reply.text


def test_of_two_people_only_one_sees_the_plan_anywhere(
    connect: Callable[..., TestClient], office: Library, tmp_path: Path
) -> None:
    office.save_question("When do kilns of the old kind close?", plans="zarquon")
    (tmp_path / "plans" / "zarquon.md").write_text(HIDDEN.replace("2028", "2029"))
    office.add(tmp_path / "plans" / "zarquon.md")
    assert [alert.plan for alert in office.recheck()] == ["zarquon"]
    told = {person.name: everything(connect(headers=as_person(person))) for person in (ANN, BOB, EDITH, ADA)}
    for name in ("Bob", "Edith"):
        assert [path for path, text in told[name].items() if SECRET in text.lower()] == []
        assert json.loads(told[name]["health"])["plans"] == 2
    for name in ("Ann", "Ada"):
        assert [
            path for path, text in told[name].items() if SECRET not in text.lower() and path != "plans?limit=1"
        ] == ["health"]
        assert json.loads(told[name]["health"])["plans"] == 3


def test_its_addresses_are_as_unknown_as_those_of_a_plan_that_never_was(connect: Callable[..., TestClient]) -> None:
    bob, ann = (connect(headers=as_person(person)) for person in (BOB, ANN))
    plain = re.compile("zarquon|nowhere")
    for path in ("", "/text", "/passages", "/original", "/pages/1.png"):
        hidden, missing = (bob.get(f"{PREFIX}/plans/{plan}{path}") for plan in ("zarquon", "nowhere"))
        assert hidden.status_code == missing.status_code == 404
        assert plain.sub("…", hidden.text) == plain.sub("…", missing.text)
        assert ann.get(f"{PREFIX}/plans/zarquon{path}").status_code in ((200,) if path != "/pages/1.png" else (404,))
    for path, body in (
        ("ask", {"question": "coal", "plans": ["zarquon"]}),
        ("search", {"query": "coal", "plans": ["zarquon"]}),
        ("compare", {"questions": ["coal"], "plans": ["zarquon", "coast"]}),
    ):
        assert bob.post(f"{PREFIX}/{path}", json=body).status_code == 404
        assert ann.post(f"{PREFIX}/{path}", json=body).status_code == 200
    assert bob.get(f"{PREFIX}/targets?plan=zarquon").status_code == 404
    edith = connect(headers=as_person(EDITH))
    assert edith.delete(f"{PREFIX}/plans/zarquon").status_code == 404
    assert edith.patch(f"{PREFIX}/plans/zarquon", json={"title": "x"}).status_code == 404
    assert edith.post(f"{PREFIX}/plans", files={"file": ("a.md", b"x")}, data={"into": "zarquon"}).status_code == 404
    for asked in ("fetch", "remove_plan"):
        name = {"id": "zarquon"} if asked == "fetch" else {"plan": "zarquon"}
        assert "There is no plan" in assist(edith, "tools/call", name=asked, arguments=name)
    assert "There is no plan" in assist(bob, "resources/read", uri="plan://zarquon")


def test_assistants_of_readers_have_no_tools_that_write(connect: Callable[..., TestClient]) -> None:
    assert "add_plan" not in assist(connect(headers=as_person(BOB)), "tools/list")
    assert "add_plan" in assist(connect(headers=as_person(EDITH)), "tools/list")


def test_a_job_is_anothers(connect: Callable[..., TestClient]) -> None:
    edith = connect(headers=as_person(EDITH))
    begun = edith.post(f"{PREFIX}/plans", files={"file": ("new.md", b"Kilns close by 2031.")}).json()["job"]
    edith.base_url = edith.base_url.join(f"{PREFIX}/")
    assert await_job(edith, begun)["state"] == "done"
    for person, status in ((BOB, 404), (Person("Zoe", Role.EDITOR), 404), (ADA, 200)):
        assert connect(headers=as_person(person)).get(f"{PREFIX}/jobs/{begun}").status_code == status
    log = connect(headers=as_person(ADA)).get(f"{PREFIX}/audit.csv").text
    assert "Edith,add,new" in log


def test_a_token_has_its_own_role_and_reads_as_the_person_of_its_name(
    connect: Callable[..., TestClient], office: Library
) -> None:
    token = make_token(office.backend, "Ada", Role.READER)
    client = connect(OUTSIDE, {"Authorization": f"Bearer {token}", "X-Remote-User": "Ada", "X-Role": "admin"})
    assert client.get(f"{PREFIX}/audit.csv").status_code == 403
    assert SECRET not in client.get(f"{PREFIX}/plans").text.lower()
    office.set_readers(CLOSED, ["ada"])
    assert SECRET in client.get(f"{PREFIX}/plans").text.lower()
    wrong = connect(PROXY, {"Authorization": "Bearer plancite_wrong", **as_person(ADA)})
    assert wrong.get(f"{PREFIX}/plans").status_code == 401, "a wrong token is not overlooked"


def test_the_pages_get_vetted_headers_alone(connect: Callable[..., TestClient]) -> None:
    sent = {**as_person(ANN), "X-Plancite-Vetted": "forged", "X-Other": "kept"}
    seen = connect(headers=sent).get("/").json()
    assert seen["x-remote-user"] == "Ann" and seen["x-other"] == "kept" and "forged" not in seen["x-plancite-vetted"]
    assert SETTINGS.by_headers([("X-Remote-User", "Ann")]) == {}, (
        "headers that no guard has looked at count for nothing"
    )
    assert SETTINGS.name(SETTINGS.by_headers(seen.items())) == "Ann"


def test_names_come_in_utf_8() -> None:
    vetted = SETTINGS.vet([(b"X-Remote-User", "Zoë Ö".encode())], PROXY)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in vetted]
    assert SETTINGS.name(SETTINGS.by_headers(headers)) == "Zoë Ö"


def test_settings_are_those_that_the_command_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANCITE_SIGN_IN", raising=False)
    assert settings_from_environment() == SignInSettings()
    monkeypatch.setenv("PLANCITE_SIGN_IN", settings_text(SETTINGS))
    assert settings_from_environment() == SETTINGS
    for text in ("{", '{"mode": "king"}', '{"mode": "proxy"}', '{"mode": "proxy", "user": "x", "proxies": ["here"]}'):
        monkeypatch.setenv("PLANCITE_SIGN_IN", text)
        with pytest.raises(IndexerError):
            settings_from_environment()


def test_sign_in_at_a_provider_is_refused_without_what_it_needs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.cli.service.find_spec", lambda name: True)
    monkeypatch.setattr("indexer.cli.service._check_port", lambda address, port: None)
    started: list[str] = []
    monkeypatch.setattr("os.execve", lambda path, command, environment: started.append(environment["PLANCITE_SIGN_IN"]))
    monkeypatch.setattr("subprocess.run", lambda *given, **options: CompletedProcess((), 0))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STREAMLIT_SECRETS_FILES", raising=False)
    monkeypatch.chdir(tmp_path)
    place = tmp_path / ".streamlit" / "secrets.toml"
    place.parent.mkdir()

    def serve() -> str:
        done = run("serve", "--sign-in", "oidc")
        assert not started and done.code == 2 and done.err.count("\n") == 1
        return done.err

    assert f"no file {place}" in serve()
    place.write_text("[auth")
    assert f"{place} cannot be read" in serve()
    place.write_text("[other]\nkey = 1\n")
    assert f"{place} lacks redirect_uri, cookie_secret, client_id, client_secret, server_metadata_url" in serve()
    keys = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
    place.write_text("[auth]\n" + "\n".join(f'{key} = "x"' for key in keys if key != "client_id"))
    assert f"{place} lacks client_id in" in serve()
    place.write_text("[other]\nkey = 1\n")
    at_home = tmp_path / "home" / ".streamlit" / "secrets.toml"
    at_home.parent.mkdir(parents=True)
    at_home.write_text("[auth]\n" + "\n".join(f'{key} = "x"' for key in keys))
    run("serve", "--sign-in", "oidc")
    assert started and '"oidc"' in started[0]


def test_a_claim_that_is_not_verified_names_nobody(office: Library) -> None:
    settings = SignInSettings(Mode.OIDC, user="email", role="roles", groups="groups")
    claims = {"email": "zoe@example.org", "roles": ["staff", "editor"], "groups": ["board"]}
    assert settings.person(lambda: office, claims) == Person("zoe@example.org", Role.EDITOR, ("board",))
    assert settings.person(lambda: office, {**claims, "email_verified": False}) is None
    assert settings.person(lambda: office, {}) is None
