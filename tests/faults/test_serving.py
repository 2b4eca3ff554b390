"""What the server opens to the network, what it closes, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Run
from mcp import Client
from served import PLANCITE, Served, run_async, served

from indexer.library import Library
from indexer.library.folders import set_folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    Library.open(folder / "library", create=True).close()
    with served(folder / "library", folder) as server:
        yield server


@pytest.mark.parametrize("path", ["/", "/compare", "/_stcore/health", "/static/none.js"])
def test_every_response_has_security_headers(server: Served, path: str) -> None:
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = dict(entry.split(" ", 1) for entry in headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert not re.search(r"\*|https?:", headers["content-security-policy"])


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
def test_routes_for_operators_are_closed(server: Served, path: str) -> None:
    assert server.get(path).status == 404


def test_only_the_app_itself_may_connect(server: Served) -> None:
    assert server.open_socket(f"http://localhost:{server.port}") == 101
    assert server.open_socket(f"http://127.0.0.1:{server.port}") == 101
    assert server.open_socket("http://192.0.2.7", host="192.0.2.7") == 101
    assert server.open_socket("http://192.0.2.7") == 403
    # a name that a foreign site points at this machine
    assert server.open_socket("http://evil.example", host="evil.example") == 403
    refused = server.get("/", Origin="http://evil.example")
    assert refused.status == 403 and b"--public-name" in refused.body


def test_a_name_that_a_foreign_site_points_here_reads_nothing(server: Served) -> None:
    # a browser sends no Origin with a GET to the site that it is on: only the Host tells
    for path in ("/", "/api/v1/plans", "/mcp", "/_stcore/health"):
        assert server.get(path, Host="evil.example").status == 403
        assert server.get(path, Host=f"evil.example:{server.port}").status == 403
    refused = server.get("/api/v1/plans", Host="evil.example")
    assert refused.headers["content-type"] == "application/problem+json" and b"--public-name" in refused.body
    assert server.get("/api/v1/plans", Host="127.0.0.1").status == 200
    for path in ("/api/v1/plans/a%0Ab", "/api", "/api/", "/api/v1", "/api/v2/plans", "/api/v10/plans", "/api/v1/none"):
        nothing = server.get(path)
        assert nothing.status == 404 and nothing.headers["content-type"] == "application/problem+json", path


def test_the_same_port_serves_programs_and_assistants(server: Served) -> None:
    health = server.get("/api/v1/health")
    assert health.status == 200 and json.loads(health.body)["plans"] == 0
    assert health.headers["x-content-type-options"] == "nosniff"

    async def talk() -> list[str]:
        async with Client(f"http://127.0.0.1:{server.port}/mcp") as client:
            called = await client.call_tool("list_plans", {})
            assert called.structured_content == {"plans": []}
            return [tool.name for tool in (await client.list_tools()).tools]

    names = run_async(talk)
    assert "search" in names and "add_plan" not in names
    listening = server.get("/mcp", Accept="text/event-stream")
    assert listening.status == 405 and listening.headers["allow"] == "POST"
    assert listening.headers["content-type"] == "application/problem+json"


def test_the_app_starts_from_any_folder(tmp_path: Path) -> None:
    Library.open(tmp_path / "library", create=True).close()
    command = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).resolve().parents[2] / "app.py")]
    environment = {**os.environ, "PLANCITE_LIBRARY": "library"}
    with served(tmp_path / "library", tmp_path, environment=environment, command=command) as server:
        assert json.loads(server.get("/api/v1/health").body)["plans"] == 0
        assert server.get("/").headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("set_by_hand", [False, True])
def test_the_app_has_the_options_of_the_command_in_any_folder(tmp_path: Path, set_by_hand: bool) -> None:
    script = """
import json
from streamlit import config
from streamlit.web import bootstrap
from indexer.ui import server

def options():
    return {name: option.value for name, option in config.get_config_options().items()
            if name.startswith("theme.") or name in server.OPTIONS}

server.set_options()
of_the_app = options()
config.get_config_options(force_reparse=True, options_from_flags=server.OPTIONS)
print(json.dumps([of_the_app, options()]))
"""
    environment = {**os.environ, "HOME": str(tmp_path)}
    environment.pop("STREAMLIT_BROWSER_GATHER_USAGE_STATS", None)
    if set_by_hand:
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "config.toml").write_text("[runner]\npostScriptGC = true\n")
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    of_the_app, of_the_command = json.loads(done.stdout)
    assert of_the_app["theme.light.primaryColor"].startswith("#") and not of_the_app["browser.gatherUsageStats"]
    if set_by_hand:
        assert of_the_app.pop("runner.postScriptGC") is True
        of_the_command.pop("runner.postScriptGC")
    # the command gives these as text
    assert {n: str(v).lower() for n, v in of_the_app.items()} == {n: str(v).lower() for n, v in of_the_command.items()}


def test_behind_a_proxy_its_name_may_connect(tmp_path: Path) -> None:
    Library.open(tmp_path / "library", create=True).close()
    with served(tmp_path / "library", tmp_path, "--public-name", "plans.example") as server:
        assert server.open_socket("https://plans.example") == 101
        assert server.open_socket("https://other.example") == 403
        for feed in ("changes", "alerts"):
            told = server.get(f"/api/v1/{feed}.atom", Host="plans.example").body.decode()
            assert f"<id>https://plans.example/api/v1/{feed}.atom</id>" in told and "http://plans.example" not in told


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "plans.example"])
def test_other_addresses_need_a_word_on_what_they_risk(run: Run, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def start(file: str, command: list[str], environment: dict[str, str]) -> None:
        started.append(command)
        sys.exit(0)

    monkeypatch.setattr(os, "execve", start)
    monkeypatch.setattr("indexer.cli.service._check_port", lambda address, port: None)
    refused = run("serve", "--address", address)
    assert refused.code == 2 and not started
    assert "no sign-in" in refused.err and "--allow-anonymous" in refused.err
    run("serve", "--address", address, "--allow-anonymous")
    assert f"--option=server.address={address}" in started[0]


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_alone_needs_none(run: Run, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "execve", lambda *started: sys.exit(7))
    monkeypatch.setattr("indexer.cli.service._check_port", lambda address, port: None)
    assert run("serve", "--address", address).code == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_whole_group_and_frees_the_port(tmp_path: Path, number: signal.Signals) -> None:
    Library.open(tmp_path / "library", create=True).close()
    with served(tmp_path / "library", tmp_path) as server:
        open_page = socket.create_connection(("127.0.0.1", server.port))  # somebody has a page open
        open_page.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        os.kill(server.process.pid, number)  # the process alone, as `kill` and systemd do
        began = time.monotonic()
        server.process.wait(timeout=60)
        assert time.monotonic() - began < 5
        open_page.close()
        with pytest.raises(ProcessLookupError):
            os.killpg(server.process.pid, 0)
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", server.port))


def test_what_the_server_has_started_ends_with_it() -> None:
    # as the process that reads a file, of a server that is one of several in its group
    script = """
import subprocess, sys
from indexer.ui import server
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
server._end()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    child = int(done.stdout)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    Library.open(tmp_path / "library", create=True).close()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [*PLANCITE, "serve", "--library", str(tmp_path / "library"), "--address", "127.0.0.1", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == f"plancite: Port {port} is in use. Choose another with --port, or stop what uses it."


def test_a_watched_folder_is_added_by_the_server_also_after_a_restart(tmp_path: Path) -> None:
    drops = tmp_path / "drops"
    drops.mkdir()
    with Library.open(tmp_path / "library", create=True) as library:
        set_folder(library.backend, str(drops), review=False)

    def plans(server: Served, count: int) -> list[str]:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            found = [plan["plan"] for plan in json.loads(server.get("/api/v1/plans").body)["items"]]
            if len(found) == count:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{found} after two minutes")

    for names in (["kilns"], ["kilns", "mills"]):
        with served(tmp_path / "library", tmp_path) as server:
            (drops / f"{names[-1]}.txt").write_text(f"All {names[-1]} close by 2030.")
            assert plans(server, len(names)) == names
