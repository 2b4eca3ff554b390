"""Tokens and roles: every operation without a token, with a wrong one, and with each role's; who did what is written."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from commands import Run
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from waiting import await_job

from indexer.api.access import SignIn
from indexer.api.application import api_app
from indexer.api.routes import OPERATIONS, PREFIX, Operation
from indexer.errors import LibraryError, RightsError
from indexer.library import Library, audit
from indexer.library.rights import Person
from indexer.library.tokens import Role, find_token, list_tokens, make_token, revoke_token, tokens_file


@pytest.fixture
def guarded(filled: Library) -> Iterator[TestClient]:
    """A client of a server that asks for tokens."""
    app = Starlette(routes=[Mount(PREFIX, api_app(lambda: filled, sign_in=SignIn(lambda: filled, required=True)))])
    with TestClient(app, base_url=f"http://localhost{PREFIX}/", raise_server_exceptions=False) as client:
        yield client


def send(client: TestClient, operation: Operation, token: str | None) -> Any:
    """A request that the operation refuses for what it names, once it has looked at who asks."""
    path = operation.path.replace("{page:int}", "1").replace("{plan}", "none").replace("{job}", "none")
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.request(operation.method, path.lstrip("/"), headers=headers)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_each_operation_is_for_its_role_and_those_above(
    guarded: TestClient, filled: Library, operation: Operation
) -> None:
    for token in (None, "", "wrong", "plancite_" + "A" * 43):
        refused = send(guarded, operation, token)
        assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["detail"]
    for role in Role:
        reply = send(guarded, operation, make_token(filled.backend, role.name, role))
        if role < operation.role:
            assert reply.status_code == 403 and f"role {operation.role.name.lower()}" in reply.json()["detail"]
        else:
            assert reply.status_code not in (401, 403, 500)


def test_what_changes_the_library_is_for_editors() -> None:
    for operation in OPERATIONS:
        asks = operation.path in ("/search", "/ask", "/compare")
        changes = operation.method != "GET" and not asks
        assert operation.role == (Role.EDITOR if changes else Role.ADMIN if "audit" in operation.path else Role.READER)


def test_a_token_is_kept_as_its_hash_and_only_its_owner_reads_the_file(filled: Library) -> None:
    token = make_token(filled.backend, "robot", Role.EDITOR)
    stored = tokens_file(filled.backend).read_bytes()
    assert token.encode() not in stored and len(token) > 40
    assert stat.S_IMODE(tokens_file(filled.backend).stat().st_mode) == 0o600
    found = find_token(filled.backend, token)
    assert found and (found.name, found.role) == ("robot", "editor")
    assert find_token(filled.backend, found.sha256) is None  # who reads the file cannot sign in with it


def test_an_expired_or_revoked_token_is_refused_at_once(guarded: TestClient, filled: Library) -> None:
    token = make_token(filled.backend, "guest", Role.READER, days=1)
    sent = {"Authorization": f"Bearer {token}"}
    assert guarded.get("plans", headers=sent).status_code == 200
    stored = json.loads(tokens_file(filled.backend).read_text())
    stored[0]["until"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    tokens_file(filled.backend).write_text(json.dumps(stored))
    assert "expired" in guarded.get("plans", headers=sent).json()["detail"]
    assert revoke_token(filled.backend, "guest") and not revoke_token(filled.backend, "guest")
    assert "not known" in guarded.get("plans", headers=sent).json()["detail"]


@pytest.mark.parametrize("text", ["{", "[3]", '[{"name": "a"}]', '[{"name":"a","role":"king","sha256":"","since":""}]'])
def test_a_damaged_file_lets_nobody_in(guarded: TestClient, filled: Library, text: str) -> None:
    token = make_token(filled.backend, "robot", Role.READER)
    tokens_file(filled.backend).write_text(text)
    assert guarded.get("plans", headers={"Authorization": f"Bearer {token}"}).status_code == 503
    with pytest.raises(LibraryError, match="cannot be read"):
        list_tokens(filled.backend)


def test_who_changed_what_is_told_to_admins(guarded: TestClient, filled: Library) -> None:
    robot, admin = (
        make_token(filled.backend, name, role) for name, role in (("robot", Role.EDITOR), ("eve", Role.ADMIN))
    )
    sent = {"Authorization": f"Bearer {robot}"}
    begun = guarded.post("plans", files={"file": ("=new.txt", b"Kilns close by 2030.")}, headers=sent)
    guarded.headers.update(sent)
    (report,) = await_job(guarded, begun.json()["job"])["reports"]
    guarded.patch(f"plans/{report['plan']}", json={"issuer": "County"})
    guarded.delete(f"plans/{report['plan']}")
    guarded.delete("plans/none")
    told = [(e.who, e.action, e.on, e.outcome[:13]) for e in audit.entries(filled.backend) if e.who == "robot"]
    plan = report["plan"]
    assert told == [
        ("robot", "add", plan, "added"),
        ("robot", "edit issuer", plan, "done"),
        ("robot", "remove", plan, "done"),
        ("robot", "remove", "none", "There is no p"),
    ]
    assert guarded.get("audit.csv").status_code == 403
    log = guarded.get("audit.csv", headers={"Authorization": f"Bearer {admin}"})
    assert log.headers["content-type"].startswith("text/csv") and "robot,edit issuer" in log.text


def test_what_somebody_may_not_do_is_one_line_a_minute(
    guarded: TestClient, filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, other = (make_token(filled.backend, name, Role.READER) for name in ("robot", "other"))

    def refused() -> list[tuple[str, str, str]]:
        return [(e.who, e.action, e.on) for e in audit.entries(filled.backend) if e.outcome == "refused"]

    sent = {"Authorization": f"Bearer {robot}"}
    for plan in ("sichuan", "national", "x" * 5000):
        assert guarded.delete(f"plans/{plan}", headers=sent).status_code == 403
    assert refused() == [("robot", "DELETE /plans/{plan}", "sichuan")]
    guarded.get("audit.csv", headers=sent)
    guarded.delete("plans/national", headers={"Authorization": f"Bearer {other}"})
    assert refused()[1:] == [("robot", "GET /audit.csv", ""), ("other", "DELETE /plans/{plan}", "national")]
    monkeypatch.setattr(audit, "QUIET", 0.0)
    guarded.delete(f"plans/{'x' * 5000}", headers=sent)
    assert refused()[3:] == [("robot", "DELETE /plans/{plan}", "x" * 200)]
    reader = filled.for_person(Person("Bob", Role.READER))
    with pytest.raises(RightsError):
        reader.remove("sichuan")
    assert refused()[4:] == [("Bob", "remove", "sichuan")]


def test_a_line_that_was_broken_off_hides_no_other(filled: Library) -> None:
    audit.record(filled.backend, "one", "a")
    with (filled.backend.folder / audit.FILE).open("ab") as file:
        file.write(b'{"at": "2026\n')
    audit.record(filled.backend, "two", "b")
    assert [entry.action for entry in audit.entries(filled.backend)][-2:] == ["one", "two"]


def test_the_commands(filled: Library, run: Run, tmp_path: Any) -> None:
    place = filled.backend.location
    made = run("token", "robot", "--role", "editor", "--days", "30", "--library", place)
    found = find_token(filled.backend, made.out.strip())
    assert found and found.role == "editor"
    listed = run("tokens", "--library", place).out
    assert listed.startswith("robot: editor, since ") and made.out.strip() not in listed
    assert "already" in run("token", "robot", "--library", place).err
    assert run("revoke", "robot", "--library", place, "--quiet").code == 0
    assert "no token" in run("revoke", "robot", "--library", place).err
    assert run("remove", "sichuan", "--yes", "--quiet", "--library", place).code == 0
    assert "remove sichuan (done)" in run("audit", "--library", place).out
    assert run("audit", "--csv", tmp_path / "log.csv", "--library", place).code == 0
    assert "remove,sichuan,done" in (tmp_path / "log.csv").read_text("utf-8-sig")
