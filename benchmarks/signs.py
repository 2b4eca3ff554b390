"""How long a click seems to do nothing: the time until the page first reacts, for common clicks.

    python benchmarks/signs.py [--json FILE]

The real command serves a library of the sample plans to Chromium, 1440 by 900, one session. Every click is done three
times, the first unmeasured. Printed for each, in milliseconds, the longer of the two: from the click until the page
changes or shows that it works; until its last change; and the longest time between two frames, in which nothing could
be typed or scrolled.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from browsing import sample_page
from playwright.sync_api import Page

#: Milliseconds without a change after which a click has done what it does, and the most that one may take.
_STILL, _LONGEST = 700, 30_000
_TIMES = 3

_TIMED = """async ([selector, still, longest]) => {
  const watched = document.querySelector(".stApp");
  let first = 0, last = 0, blocked = 0, frame = performance.now();
  const start = frame;
  const seen = () => { last = performance.now(); first = first || last; };
  const observer = new MutationObserver(seen);
  observer.observe(watched, { childList: true, subtree: true, characterData: true });
  const line = getComputedStyle(watched, "::after");
  document.querySelector(selector).click();
  const now = () => new Promise(requestAnimationFrame).then(() => performance.now());
  for (;;) {
    const next = await now();
    if (!last || frame < last) blocked = Math.max(blocked, next - frame);
    frame = next;
    if (!first && line.content !== "none" && line.visibility === "visible") first = next;
    const runs = watched.getAttribute("data-test-script-state") !== "notRunning";
    if (!runs && last && next - last > still) break;
    if (next - start > longest) throw new Error(`${selector}: not done after ${longest} ms`);
  }
  observer.disconnect();
  return [first - start, last - start, blocked];
}"""


@dataclass(frozen=True, slots=True)
class Click:
    """A click: its name, the page's address, a selector; ``question`` is typed first if there is one."""

    name: str
    address: str
    selector: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Felt:
    """Milliseconds of a click, the longest of its repetitions."""

    sign_ms: int
    done_ms: int
    blocked_ms: int


_ASKED = "?" + urlencode({"q": "What are the cement capacity rules?"})
CLICKS = (
    Click("ask", "", ".st-key-submit button", "What share of energy will be non-fossil by 2030?"),
    Click("ask again", _ASKED, ".st-key-submit button", "How much offshore wind will be built?"),
    Click("every answer", _ASKED, ".st-key-every input"),
    Click("open a passage's source", _ASKED, '[class*="st-key-card-passage-3"] .actions a'),
    Click("copy a quote", _ASKED, '[class*="st-key-card-passage-2"] .actions button'),
    Click("read the plan", _ASKED, 'a[href*="read?"]'),
    Click("to Compare", _ASKED, 'a[href$="/compare"]'),
    Click("compare three questions", "compare", ".st-key-example-all button"),
    Click("to Targets", _ASKED, 'a[href$="/targets"]'),
    Click("to the Library", _ASKED, 'a[href$="/library"]'),
    Click("open a plan of the Library", "library", '[class*="st-key-plan-row-"] button'),
    Click("another tab of the Library", "library", '[role="tab"][aria-selected="false"]'),
)


def measure(page: Page, site: str) -> dict[str, Felt]:
    """The times of each click, by its name."""
    felt = {}
    for click in CLICKS:
        times = []
        for _ in range(_TIMES):
            page.goto(f"{site}/{click.address}")
            page.locator(click.selector).first.wait_for(state="attached", timeout=_LONGEST)
            page.wait_for_timeout(1500)  # what the page is still drawing is no part of the click
            if click.question:
                page.get_by_label("Question", exact=True).fill(click.question)
            times.append(page.evaluate(_TIMED, [click.selector, _STILL, _LONGEST]))
        sign, done, blocked = (round(max(each)) for each in zip(*times[1:], strict=True))
        felt[click.name] = Felt(sign, done, blocked)
    return felt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with sample_page() as (page, site):
        felt = measure(page, site)
    for name, each in felt.items():
        print(f"{name}: sign {each.sign_ms} ms, done {each.done_ms} ms, blocked {each.blocked_ms} ms")
    load = round(os.getloadavg()[0], 1)
    print(f"load average {load} on {os.cpu_count()} cores")
    if arguments.json:
        kept = {name: asdict(each) for name, each in felt.items()}
        arguments.json.write_text(json.dumps({**kept, "load": load}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
