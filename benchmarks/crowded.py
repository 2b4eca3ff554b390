"""Ten browsers ask one server: the time from pressing Ask until the answer of that very question is shown.

    python benchmarks/crowded.py [--sessions 10] [--programs 0] [--seconds 120] [--pause 0] [--data DIR] [--json FILE]

The real command serves the sample plans, or with --data those of DIR/plans; the sessions are contexts of one
Chromium. Each asks another question as soon as the last answer stands there and the page is still, or after
a pause of --pause seconds in the mean: people do not ask in chorus, so pauses are drawn between none and twice
that, from a seed, and the first question waits for one too. What must be shown was answered beforehand by the
library itself; anything else, or nothing within 30 seconds, is an error. No question is twice the same to the
server, which would remember it. A time runs, in the browser itself, from the click to the second frame with the
answer. Browsers on the server's own machine take its processors: the server's processor time an answer is told
beside the times, and the load average. With --programs as many ask through the HTTP API meanwhile, each from an address
of its own and with the same pauses, and one more adds a plan on something else after another.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from browsing import BROWSER_OPTIONS, CHROMIUM, serving
from playwright.async_api import Browser, Error, Page, async_playwright
from quality import real_set, sample_set

from indexer.library import Library
from indexer.wording import answer_quotes, none_found

WIDTH, HEIGHT = 1440, 900
_LISTED = 10  # passages that the page asks for, of which the answer is made

#: Presses Ask and gives the milliseconds until the page shows what it must; throws with what it shows instead.
_TIMED = """async ([question, expected, patience]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const shown = () => {
    const found = document.querySelector("blockquote.quote, .st-key-result section.notice h2");
    return found ? found.textContent.trim().replace(/\\s+/g, " ") : "";
  };
  const asked = () => new URLSearchParams(location.search).get("q");
  const start = performance.now();
  const there = () => shown() === expected && asked() === question;
  // looked at when the page changes: ten pages that look at every frame are themselves the load
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`“${asked()}” shows: ${shown()}`)), patience);
    const look = () => { if (there()) { observer.disconnect(); clearTimeout(late); resolve(); } };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    document.querySelector(".st-key-submit button").click();
  });
  await frame();
  await frame();
  return performance.now() - start;
}"""
_STILL = "document.querySelector('.stApp').getAttribute('data-test-script-state') === 'notRunning'"


#: Milliseconds after which what is not shown is an error.
_PATIENCE = 30_000
_LOOK = 100  # milliseconds between two looks whether a page is still
_ERRORS_TOLD = 10
#: Seconds after which another plan is added.
_BETWEEN_PLANS = 10
#: The address of who adds, after those of the programs.
_ADDER = 200
#: Below and above it an answer is beyond doubt.
_UNLIKELY, _LIKELY = 0.35, 0.75
#: Questions of the set that are asked, which are answered beforehand.
_QUESTIONS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the words with which its answer begins."""

    question: str
    shown: str


@dataclass(slots=True)
class Measured:
    """Milliseconds of each answer, what went wrong, and the server's processor seconds meanwhile."""

    times: list[float]
    errors: list[str]
    server_s: float = 0
    programs: list[float] = field(default_factory=list)
    added: int = 0


def answers(library: Library, questions: list[str], *, plain: bool) -> list[Asked]:
    """What must be shown for each question: its first quote, or that there is none.

    With ``plain`` only where that is beyond doubt: each plan that is added makes words a little rarer.
    """
    found = []
    for question in questions:
        answer = library.ask(question, top_k=_LISTED)
        if plain and _UNLIKELY < answer.confidence < _LIKELY:
            continue
        text = answer_quotes(answer)[0][0].text if answer.found else none_found(answer)[0]
        found.append(Asked(question, " ".join(text.split())))
    return found


async def measure(
    site: str, asked: list[Asked], sessions: int, programs: int, seconds: float, pause: float
) -> Measured:
    """All sessions and programs at once, each with questions in an order of its own."""
    found = Measured([], [])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_OPTIONS)
        warming = await _opened(browser, site, found)
        await _ask(warming, asked[0], Measured([], []))  # loads the model
        await warming.context.close()
        pages = [await _opened(browser, site, found) for _ in range(sessions)]
        before, end = _processor_seconds(site), time.monotonic() + seconds
        await asyncio.gather(
            *(_visit(page, n, _turns(asked, n, sessions), end, pause, found) for n, page in enumerate(pages)),
            *(_program(site, n, _turns(asked, n, programs), end, pause, found) for n in range(programs)),
            *([_add(site, end, found)] if programs else []),
        )
        found.server_s = _processor_seconds(site) - before
        await browser.close()
    return found


async def _opened(browser: Browser, site: str, found: Measured) -> Page:
    """A page of its own session, on which nothing is asked yet."""
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = await context.new_page()
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    await page.goto(site)
    await page.locator("ul.plans").wait_for(timeout=_PATIENCE)
    await page.wait_for_function(_STILL)
    return page


async def _visit(page: Page, session: int, turns: Iterator[Asked], end: float, pause: float, found: Measured) -> None:
    pauses = random.Random(session)
    await asyncio.sleep(pauses.uniform(0, 2 * pause))
    while time.monotonic() < end:
        await _ask(page, next(turns), found)
        await asyncio.sleep(pauses.uniform(0, 2 * pause))


async def _ask(page: Page, asked: Asked, found: Measured) -> None:
    try:
        await page.get_by_label("Question", exact=True).fill(asked.question, timeout=_PATIENCE)
        found.times.append(float(await page.evaluate(_TIMED, [asked.question, asked.shown, _PATIENCE])))
        await page.wait_for_function(_STILL, timeout=_PATIENCE, polling=_LOOK)
    except Error as error:
        found.errors.append(f"{asked.question} {error.message.splitlines()[0]}")


async def _program(site: str, n: int, turns: Iterator[Asked], end: float, pause: float, found: Measured) -> None:
    pauses = random.Random(-1 - n)
    await asyncio.sleep(pauses.uniform(0, 2 * pause))
    while time.monotonic() < end:
        asked = next(turns)
        began = time.perf_counter()
        body = json.dumps({"question": asked.question, "top_k": _LISTED}).encode()
        status, answer = await asyncio.to_thread(_post, site, "/api/v1/ask", body, "application/json", n)
        found.programs.append(1000 * (time.perf_counter() - began))
        first = " ".join((answer.get("answer") or [{"text": ""}])[0]["text"].split())
        if status != 200 or (first and first != asked.shown):
            found.errors.append(f"{asked.question} {status} {first or answer}")
        await asyncio.sleep(pauses.uniform(0, 2 * pause))


async def _add(site: str, end: float, found: Measured) -> None:
    """Plans on orchards, one after another, through the API."""
    while time.monotonic() < end:
        text = f"Orchard {found.added}\n\n" + "".join(f"Row {i} has {i} pear trees of sort {i}. " for i in range(5))
        body = (
            f'--part\r\nContent-Disposition: form-data; name="file"; filename="orchard-{found.added}.txt"\r\n\r\n'
            f"{text}\r\n--part--\r\n"
        ).encode()
        form = "multipart/form-data; boundary=part"
        status, job = await asyncio.to_thread(_post, site, "/api/v1/plans", body, form, _ADDER)
        while status in (200, 202) and job.get("state") in ("waiting", "running"):
            await asyncio.sleep(1)
            status, job = await asyncio.to_thread(_post, site, "/api/v1/jobs/" + job["job"], None, "", _ADDER)
        if status not in (200, 202):
            found.errors.append(f"adding: {status} {job}")
        found.added += 1
        await asyncio.sleep(_BETWEEN_PLANS)


def _post(site: str, path: str, body: bytes | None, media: str, n: int) -> tuple[int, dict[str, Any]]:
    """(status, JSON) of a POST, or without a body of a GET, from the ``n``-th address of this machine."""
    at = urlsplit(site)
    connection = http.client.HTTPConnection(
        "127.0.0.1", at.port, timeout=_PATIENCE / 1000, source_address=(f"127.0.1.{n + 1}", 0)
    )
    try:
        connection.request("POST" if body else "GET", path, body, {"Content-Type": media} if body else {})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def _turns(asked: list[Asked], session: int, sessions: int) -> Iterator[Asked]:
    """Questions over and over, none with the answer of the one before it, which would be taken for its own."""
    order = random.Random(session).sample(asked, len(asked))
    before = ""
    for number in count(session, sessions):
        for each in order:
            if each.shown != before:
                before = each.shown
                yield Asked(_spaced(each.question, number), each.shown)


def _spaced(question: str, number: int) -> str:
    """The question with wider gaps where ``number`` has ones: the same to the search, new to the page's memory."""
    first, *words = question.split()
    return first + "".join(("  " if number >> i & 1 else " ") + word for i, word in enumerate(words))


def _processor_seconds(site: str) -> float:
    """Of the server and of the command that started it, so far."""
    port = f"{urlsplit(site).port}".encode()
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if port in (process / "cmdline").read_bytes().replace(b"=", b"\0").split(b"\0"):
                fields = (process / "stat").read_text("utf-8").rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])  # utime and stime, see proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--programs", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=0, help="mean seconds that a person reads before asking again")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    plans, rows = real_set(arguments.data) if arguments.data else sample_set()
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "library", create=True) as library:
            library.add(plans)
            questions = random.Random(0).sample([row["question"] for row in rows], _QUESTIONS)
            asked = answers(library, questions, plain=arguments.programs > 0)
        with serving(Path(folder) / "library", Path(folder)) as site:
            found = asyncio.run(
                measure(site, asked, arguments.sessions, arguments.programs, arguments.seconds, arguments.pause)
            )
    for error in found.errors[:_ERRORS_TOLD]:
        print(f"error: {error}")
    if len(found.times) < 2:
        raise SystemExit("Fewer than two answers were shown, which gives no figures.")
    centiles = quantiles(found.times, n=20, method="inclusive")
    result = {
        "sessions": arguments.sessions,
        "seconds": arguments.seconds,
        "pause_s": arguments.pause,
        "answers": len(found.times),
        "errors": len(found.errors),
        "p50_ms": round(centiles[9]),
        "p95_ms": round(centiles[18]),
        "server_ms_an_answer": round(1000 * found.server_s / len(found.times)),
        "load": round(os.getloadavg()[0], 1),
    }
    if arguments.programs:
        api = quantiles(found.programs, n=20, method="inclusive")
        result |= {"programs": arguments.programs, "program_answers": len(found.programs), "added": found.added}
        result |= {"program_p50_ms": round(api[9]), "program_p95_ms": round(api[18])}
        print(f"{arguments.programs} programs: {len(found.programs)} answers, {found.added} plans added meanwhile")
        print(f"through the API: p50 {result['program_p50_ms']} ms, p95 {result['program_p95_ms']} ms")
    print(f"{result['sessions']} sessions, {result['seconds']:g} s, {result['pause_s']:g} s between answers")
    print(f"{result['answers']} answers, {result['errors']} errors")
    print(f"shown after: p50 {result['p50_ms']} ms, p95 {result['p95_ms']} ms")
    print(f"server: {result['server_ms_an_answer']} ms of processor time an answer")
    print(f"load average {result['load']} on {os.cpu_count()} cores")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    if found.errors:
        sys.exit(1)


if __name__ == "__main__":
    main()
