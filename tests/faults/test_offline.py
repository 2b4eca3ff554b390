"""Nothing leaves this machine, and nothing is written but the library, the cache and temporary files."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from served import PLANCITE, Served, served

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
#: Calls that reach others, and calls that make or open files.
CALLS = "trace=connect,sendto,sendmsg,sendmmsg,bind,open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2"
_FAMILY = re.compile(r"^\d+ +(\w+)\(.*?sa_family=(AF_\w+)(.*)")
#: (folder of a relative name, name) of what is opened to be written or made.
_WRITTEN = re.compile(r'^\d+ +((?:open|creat|mkdir|rename)\w*)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]+)"(.*)\) = \d')
_WRITING = re.compile("O_WRONLY|O_RDWR|O_CREAT")
#: What is not a file: devices, the system's own view of processes, semaphores.
_NO_FILES = ("/dev/", "/proc/", "/sys/")


class Home(NamedTuple):
    """A new user on this machine: a home folder, where commands are run, and their environment."""

    folder: Path
    environment: dict[str, str]

    @property
    def library(self) -> Path:
        return self.folder.parent / "library"

    def strace(self, log: str) -> list[str]:
        return ["strace", "-f", "-y", "-qq", "-s", "300", "-e", CALLS, "-o", str(self.folder.parent / log)]

    def run(self, *arguments: str) -> None:
        """``plancite`` under strace, its calls in a log named after the command."""
        command = [*self.strace(f"{arguments[0]}.log"), *PLANCITE, *arguments, "--library", str(self.library)]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    def problems(self, log: str) -> Iterator[str]:
        """Sockets beyond this machine and files in foreign places, of a command's log."""
        allowed = (str(self.library), str(self.folder / ".cache" / "plancite"), self.environment["TMPDIR"])
        for line in (self.folder.parent / log).read_text("utf-8", "replace").splitlines():
            if (socket := _FAMILY.match(line)) and socket[2] in ("AF_INET", "AF_INET6") and not _local(socket[3]):
                yield line
            if (call := _WRITTEN.match(line)) and (not call[1].startswith("open") or _WRITING.search(call[4])):
                path = os.path.normpath(Path(call[2] or self.folder) / call[3])
                if not path.startswith((*allowed, *_NO_FILES)) and path != str(self.folder / ".cache"):
                    yield line


def _local(address: str) -> bool:
    if "htons(53)" in address:  # a name is looked up, by whomever
        return False
    return bool(re.search(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"|"::ffff:127\.|"0\.0\.0\.0"|"::"', address))


def _post(server: Served, path: str, body: bytes, media: str = "application/json") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    try:
        connection.request("POST", path, body, {"Content-Type": media})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    if not shutil.which("strace"):
        reason = "There is no strace. Install it with: apt-get install strace"
        if os.environ.get("PLANCITE_BROWSER_REQUIRED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    base = tmp_path_factory.mktemp("offline")
    (base / "home").mkdir()
    (base / "temporary").mkdir()
    names = ("HF_HUB_OFFLINE", "PLANCITE_CACHE", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY", "COVERAGE_PROCESS_START")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"HOME": str(base / "home"), "TMPDIR": str(base / "temporary"), "PYTHONDONTWRITEBYTECODE": "1"}
    return Home(base / "home", environment)


def test_commands_reach_nobody_and_write_nothing_else(home: Home) -> None:
    home.run("add", str(CORPUS / "national.txt"), str(CORPUS / "liaoning.pdf"))
    home.run("ask", "Which kilns have to close?", "--quiet")
    home.run("compare", "What of cement?", "--plan", "national", "--plan", "liaoning")
    home.run("doctor")
    for command in ("add", "ask", "compare", "doctor"):
        assert list(home.problems(f"{command}.log")) == [], command
    assert not list(home.folder.iterdir())  # the default model needs no cache


@pytest.mark.parametrize("entry", ["plancite serve", "streamlit run app.py"])
def test_the_server_reaches_nobody(home: Home, entry: str) -> None:
    if not home.library.exists():
        home.run("add", str(CORPUS / "national.txt"))
    log = f"{entry.split(maxsplit=1)[0]}.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    environment = {**home.environment, "PLANCITE_LIBRARY": str(home.library)}
    with served(
        home.library,
        CORPUS.parent if "streamlit" in entry else home.folder,  # app.py is run in a checkout
        environment=environment,
        before=home.strace(log),
        command=command if "streamlit" in entry else (),
    ) as server:
        assert server.get("/").status == 200
        # Streamlit would look up this machine's addresses to compare them
        assert server.open_socket("http://evil.example") == 403
        assert server.open_socket(f"http://localhost:{server.port}") == 101
        if entry == "plancite serve":
            form = b'--part\r\nContent-Disposition: form-data; name="file"; filename="mills.txt"\r\n\r\n'
            form += b"Steel mills close by 2030.\r\n--part--\r\n"
            assert _post(server, "/api/v1/plans", form, "multipart/form-data; boundary=part") == 202
            assert _post(server, "/api/v1/ask", b'{"question": "Which kilns have to close?"}') == 200
        os.killpg(server.process.pid, signal.SIGTERM)
        server.process.wait(timeout=120)
    assert list(home.problems(log)) == []
    assert not list(home.folder.iterdir())  # the default model needs no cache
