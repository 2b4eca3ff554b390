"""The server behind a proxy that signs people in: what comes from the proxy's address counts, all else does not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from colleagues import SECRET, fill
from commands import Run
from fakes import FakeEncoder
from served import Served, served

from indexer.library import Library

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there all of 127.0.0.0/8 is this machine")
PROXY, OUTSIDE = "127.0.0.2", "127.0.0.1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("office")
    with Library.open(folder / "library", create=True, encoder=FakeEncoder()) as library:
        fill(library, folder / "plans")
    options = ("--sign-in", "proxy", "--trusted-proxy", PROXY, "--groups-field", "X-Groups", "--address", "0.0.0.0")
    with served(folder / "library", folder, *options) as running:
        yield running


def test_the_proxy_says_who_somebody_is(server: Served) -> None:
    for headers, plans in (({"X_Remote_User": "Bob"}, 2), ({"X_Remote_User": "Zoe", "X_Groups": "board"}, 3)):
        reply = server.get("/api/v1/plans", source=PROXY, **headers)
        assert reply.status == 200 and len(json.loads(reply.body)["items"]) == plans
        assert (SECRET in reply.body.decode().lower()) == (plans == 3)
        # the address that a proxy forwards is not the one that it is known by
        assert server.get("/", source=PROXY, X_Forwarded_For="192.0.2.7", **headers).status == 200


@pytest.mark.parametrize(
    "path", ["/", "/library", "/api/v1/plans", "/mcp", "/static/x.js", "/media/x", "/_stcore/host-config"]
)
def test_nobody_else_does(server: Served, path: str) -> None:
    forged = {"X_Remote_User": "Ada", "X_Groups": "board", "X_Plancite_Vetted": "yes"}
    for headers in (
        {},
        forged,
        {**forged, "X_Forwarded_For": PROXY},
        {**forged, "X_Forwarded_For": f"{PROXY}, {PROXY}"},
    ):
        reply = server.get(path, source=OUTSIDE, **headers)
        assert reply.status == 401 and b"zarquon" not in reply.body.lower()
        assert b"token" in reply.body if path in ("/api/v1/plans", "/mcp") else b"not signed in" in reply.body
    assert server.get(path, source=PROXY).status == 401, "the proxy has named nobody"


def test_the_pages_connection_is_asked_as_well(server: Served) -> None:
    assert server.open_socket(f"http://localhost:{server.port}") in (401, 403)
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": f"http://localhost:{server.port}",
    }  # fmt: skip
    assert server.get("/_stcore/stream", source=PROXY, X_Remote_User="Bob", **headers).status == 101
    assert server.get("/_stcore/stream", source=OUTSIDE, X_Remote_User="Bob", **headers).status in (401, 403)


def test_whether_it_runs_is_open(server: Served) -> None:
    assert server.get("/_stcore/health").status == 200
    assert server.get("/api/v1/openapi.json").status == 200


def test_settings_that_let_nobody_or_anybody_in_are_refused(run: Run) -> None:
    for options, said in (
        (("--sign-in", "proxy"), "--trusted-proxy"),
        (("--sign-in", "proxy", "--trusted-proxy", "plans.example"), "no IP address"),
        (("--trusted-proxy", "127.0.0.1"), "--sign-in proxy"),
        (("--role-field", "X-Role"), "--sign-in proxy"),
    ):
        refused = run("serve", *options)
        assert refused.code == 2 and said in refused.err
