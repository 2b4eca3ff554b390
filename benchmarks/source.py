"""From a click to the highlighted source, in a browser: text and page image, beside the answer and on the Read page.

    python benchmarks/source.py [--json FILE]

A library of the sample plans is served by the real command and looked at with Chromium, 1440 by 900. Every
source is opened once beforehand (warm). A time runs, in the browser itself, from the click to the second
frame after the passage stands there highlighted, its image decoded. The load average is told with the
times, which other work on the machine makes longer.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from browsing import sample_page
from playwright.sync_api import Page

CLICKS = 20
QUESTION = "What is said about hydrogen and energy storage?"
_WARMING = 6  # clicks, which meet every source once
_PAUSE = 400  # milliseconds between two clicks, for what the last one left to do

#: Clicks on an element and gives the milliseconds until what is shown is another highlighted source.
_TIMED = """async ([selector, n]) => {
  const shown = () => {
    const image = document.querySelector(".page-image img");
    if (image) return image.complete && image.naturalWidth && document.querySelector(".spot")
      ? image.src.length + document.querySelector(".spot").style.top : "";
    return [...document.querySelectorAll(".source-text .passage")].map((e) => e.textContent).join("|");
  };
  const frame = () => new Promise(requestAnimationFrame);
  const before = shown();
  const start = performance.now();
  document.querySelectorAll(selector)[n].click();
  while (!shown() || shown() === before) {
    if (performance.now() - start > 20000) throw new Error("The source did not change within 20 s.");
    await frame();
  }
  await frame();
  await frame();
  return performance.now() - start;
}"""
#: The links that open the sources of passages.
_PASSAGES = '[class*="st-key-card-passage-"] .actions a'


def measure(page: Page, site: str) -> dict[str, list[float]]:
    """Milliseconds a click, by what was clicked."""
    page.goto(f"{site}/?{urlencode({'q': QUESTION, 'plan': 'liaoning'})}")
    page.locator(_PASSAGES).nth(4).wait_for(timeout=60_000)
    page.wait_for_timeout(2000)

    passages = cycle((_PASSAGES, n) for n in range(5))
    times = {"passage, text": _timed(page, passages)}
    page.get_by_test_id("stButtonGroup").get_by_text("Page", exact=True).click()
    page.locator(".page-image img").first.wait_for()
    page.wait_for_timeout(1000)
    times["passage, page image"] = _timed(page, passages)
    page.get_by_role("link", name="Open in plan").click()
    page.locator(".st-key-reading .page-image img").first.wait_for(timeout=20_000)
    page.wait_for_timeout(1000)
    steps = cycle([(".st-key-r-next button", 0)] * 3 + [(".st-key-r-previous button", 0)] * 3)
    times["next hit, page image"] = _timed(page, steps)
    page.get_by_test_id("stButtonGroup").get_by_text("Text", exact=True).click()
    page.locator(".source-text").wait_for()
    page.wait_for_timeout(1000)
    times["next hit, text"] = _timed(page, steps)
    return times


def _timed(page: Page, clicks: Iterator[tuple[str, int]]) -> list[float]:
    """Times of the next ``clicks``, each a selector and which of its elements; the first of them warm it up."""
    found = []
    for selector, n in islice(clicks, _WARMING + CLICKS):
        found.append(float(page.evaluate(_TIMED, [selector, n])))
        page.wait_for_timeout(_PAUSE)
    return found[_WARMING:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with sample_page() as (page, site):
        times = measure(page, site)
    result = {
        name: {
            "median_ms": round(median(each)),
            "p95_ms": round(quantiles(each, n=20, method="inclusive")[-1]),
            "clicks": len(each),
        }
        for name, each in times.items()
    }
    for name, figures in result.items():
        print(f"{name}: median {figures['median_ms']} ms, p95 {figures['p95_ms']} ms, {figures['clicks']} clicks")
    load = round(os.getloadavg()[0], 1)
    print(f"load average {load} on {os.cpu_count()} cores")
    if arguments.json:
        arguments.json.write_text(json.dumps({**result, "load": load}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
