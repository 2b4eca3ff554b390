"""Each plan once and each alert once, whatever happens: kill -9 at every step, files written in halves, a folder gone."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from alerting import AFTER, BEFORE, QUESTIONS, SECRET, open_library, put
from crowd import run_script
from receivers import Hook, hook
from served import copy_library, served

from indexer.api.feed import alerts_feed
from indexer.library import Library


@pytest.fixture(autouse=True)
def no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the scripts have none."""
    monkeypatch.setattr("indexer.library.facade.open_reader", lambda: None)


@pytest.fixture
def hooked() -> Iterator[Hook]:
    with hook() as opened:
        yield opened


def in_feed(library: Library) -> list[str]:
    feed = ET.fromstring(alerts_feed(library, ""))
    return [str(entry.findtext("{*}id")).rpartition(":")[2] for entry in feed.findall("{*}entry")]


def test_killed_at_every_step_between_plan_and_alert_and_webhook(tmp_path: Path, hooked: Hook) -> None:
    with open_library(tmp_path / "library") as library:
        put(library, BEFORE)
        for question in QUESTIONS:
            library.save_question(question)
        assert library.recheck() == []
    expected: set[str] = set()
    step = repeated = 0
    while True:
        folder, hooked.got = tmp_path / f"library{step}", []
        shutil.copytree(tmp_path / "library", folder)
        first = run_script("alerting.py", folder, hooked.url, step, stderr=subprocess.PIPE)
        _, errors = first.communicate(timeout=120)
        if first.returncode != -signal.SIGKILL:
            assert first.returncode == 0, errors
            if step:
                break
        if step:
            again = run_script("alerting.py", folder, hooked.url, 0, stderr=subprocess.PIPE)
            _, errors = again.communicate(timeout=120)
            assert again.returncode == 0, errors
        with open_library(folder) as library:
            found = library.alerts()
            assert sorted((a.plan, a.old and a.old.text, a.new and a.new.text) for a in found) == [
                (plan, BEFORE[plan], AFTER[plan]) for plan in sorted(AFTER)
            ]
            expected = expected or {alert.id for alert in found}
            assert {alert.id for alert in found} == expected and Counter(in_feed(library)) == Counter(expected)
            assert library.recheck() == [] and library.check() == []
        delivered = Counter(hooked.ids)
        assert set(delivered) == expected, step
        repeated += delivered.total() - len(delivered)
        assert delivered.total() <= len(expected) + 1  # the one that had got through and was not noted
        step += 1
    # 22 moments; each of the two posts came twice where it was killed after it and where it was before its note
    assert step == 23 and repeated == 4


#: Plans in the watched folder, those with a question, and seconds for which a file must rest.
PLANS, ASKED, REST = 54, 10, 1.5


class Watched:
    """Files that come, change and go; ``events`` counts what was done to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events = 0

    def write(self, name: str, text: str) -> None:
        """In halves, each on the disk."""
        half = len(text) // 2
        with (self.folder / name).open("w", encoding="utf-8") as file:
            for part in (text[:half], text[half:]):
                file.write(part)
                file.flush()
                os.fsync(file.fileno())
                self.events += 1

    def do(self, action: Callable[[Path], object], name: str) -> None:
        action(self.folder / name)
        self.events += 1


def text_of(n: int, version: int) -> str:
    year = 2025 + 2 * version
    return f"Plan {n}\n\nKiln number {n} must close by {year}.\n\nOf plan {n} version {version} ends here."


def test_five_hundred_events_each_plan_once_and_each_alert_once(tmp_path: Path, hooked: Hook) -> None:
    (tmp_path / "watched").mkdir()
    watched = Watched(tmp_path / "watched")
    said: list[str] = []
    watch = _begin(tmp_path, hooked, said)
    with open_library(tmp_path / "library") as library:
        asking = threading.Event()
        asker = threading.Thread(target=_ask_until, args=(library, asking))
        for n in range(PLANS):
            watched.write(f"plan{n}.txt", text_of(n, 0))
        _until(lambda: len(library.plans()) > PLANS // 3, said)
        watch = _kill(watch, tmp_path, hooked, said)  # while it adds
        _until(lambda: len(library.plans()) == PLANS, said)
        for n in range(ASKED):
            library.save_question(f"when must kiln number {n} close?", plans=[f"plan{n}"])
        asker.start()
        for n in range(PLANS):  # a copy comes and goes, the file is called otherwise for a while and touched
            watched.do(lambda path: shutil.copy(path, path.with_name(f"copy of {path.name}")), f"plan{n}.txt")
            watched.do(lambda path: path.rename(path.with_name(f"renamed {path.name}")), f"plan{n}.txt")
        time.sleep(2 * REST)
        for n in range(PLANS):
            watched.do(Path.unlink, f"copy of plan{n}.txt")
            watched.do(
                lambda path: path.rename(path.with_name(path.name.removeprefix("renamed "))), f"renamed plan{n}.txt"
            )
            watched.do(Path.touch, f"plan{n}.txt")
        watched.folder.rename(tmp_path / "away")  # as a network drive that is unmounted
        _until(lambda: any("is not there" in line for line in said), said)
        (tmp_path / "away").rename(watched.folder)
        for n in range(PLANS):  # a new version, of some beside the old one and then in its place
            if n % 2:
                watched.write(f"plan{n}.txt", text_of(n, 1))
            else:
                watched.write(f".plan{n}.txt.part", text_of(n, 1))
                watched.do(
                    lambda path: path.replace(path.with_name(path.name[1:].removesuffix(".part"))), f".plan{n}.txt.part"
                )
        _until(lambda: len(library.alerts()) > ASKED // 3, said)
        watch = _kill(watch, tmp_path, hooked, said)  # while it asks again and delivers
        watched.events += 2
        _until(lambda: _done(library) and len(set(hooked.ids)) == ASKED, said)
        time.sleep(2 * REST)
        asking.set()
        asker.join(60)
        watch.kill()
        watch.wait(60)
        assert watched.events >= 500
        assert {info.id for info in library.plans()} == {f"plan{n}" for n in range(PLANS)}
        for n in range(PLANS):
            texts = [library.backend.version(f"plan{n}", v.n).text for v in library.versions(f"plan{n}")]
            assert [text.strip() for text in texts] == [
                text_of(n, 0),
                text_of(n, 1),
            ]  # nothing half-written, nothing twice
        alerts = library.alerts()
        assert sorted((a.plan, a.old and a.old.text, a.new and a.new.text) for a in alerts) == sorted(
            (f"plan{n}", f"Kiln number {n} must close by 2025.", f"Kiln number {n} must close by 2027.")
            for n in range(ASKED)
        )
        assert Counter(in_feed(library)) == Counter({alert.id: 1 for alert in alerts})
        delivered = Counter(hooked.ids)
        assert (
            set(delivered) == {alert.id for alert in alerts} and delivered.total() <= ASKED + 1
        )  # one kill while it delivered
        assert library.recheck() == [] and library.check() == []


def _begin(base: Path, hooked: Hook, said: list[str]) -> subprocess.Popen[str]:
    watch = run_script(
        "watching_plans.py", base / "library", base / "watched", hooked.url, REST,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip

    def listen() -> None:
        assert watch.stdout
        with watch.stdout as lines:
            said.extend(lines)

    threading.Thread(target=listen, daemon=True).start()
    return watch


def _kill(watch: subprocess.Popen[str], base: Path, hooked: Hook, said: list[str]) -> subprocess.Popen[str]:
    """Kill the watch within its work, and begin it anew."""
    time.sleep(random.Random(len(said)).uniform(0, 0.05))
    watch.kill()
    watch.wait(60)
    return _begin(base, hooked, said)


def _ask_until(library: Library, done: threading.Event) -> None:
    while not done.is_set():
        assert library.ask("when must kiln number 3 close?").found
        time.sleep(0.2)


def _done(library: Library) -> bool:
    return all("version 1" in library.plan(f"plan{n}").text for n in range(PLANS)) and len(library.alerts()) == ASKED


def _until(condition: Callable[[], bool], said: list[str]) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline, said[-30:]
        time.sleep(0.1)


def test_the_server_asks_again_and_tells_while_people_ask(sample_folder: Path, tmp_path: Path, hooked: Hook) -> None:
    library, plan = copy_library(sample_folder, tmp_path / "library"), tmp_path / "quay.txt"
    (tmp_path / "alerts.toml").write_text(f'[webhook]\nurl = "{hooked.url}"\n')
    secret = "whsec_" + base64.b64encode(SECRET).decode()
    plan.write_text("Asbestos kilns must close by 2026.")
    with Library.open(library) as opened:
        opened.add(plan)
        opened.save_question("When do asbestos kilns close?")
        options = ("--alerts", str(tmp_path / "alerts.toml"))
        with served(
            library, tmp_path, *options, environment={**os.environ, "PLANCITE_WEBHOOK_SECRET": secret}
        ) as server:
            plan.write_text("Asbestos kilns should close by 2029.")
            opened.add(plan)
            _until(lambda: bool(hooked.got) and server.get("/api/v1/alerts").status == 200, [])
            (alert,) = opened.alerts()
            listed = json.loads(server.get("/api/v1/alerts").body)["items"]
            delivered = json.loads(hooked.got[0][1])["data"]
            assert [item["id"] for item in listed] == [delivered["id"]] == [alert.id] == hooked.ids
            assert delivered["url"] == f"http://localhost:{server.port}/library?plan=quay&part=changes&old=1&new=2"
            os.killpg(server.process.pid, signal.SIGTERM)
            server.process.wait(timeout=30)
