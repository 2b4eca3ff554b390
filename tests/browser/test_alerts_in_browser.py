"""The real server asks saved questions again by itself, and the Library page shows what changed, with both places."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Page, expect
from served import PLANCITE, copy_library

OLD, NEW = "Asbestos kilns must close by 2026.", "Asbestos kilns should close by 2029."


def test_a_changed_answer_comes_to_the_page_with_both_places(
    sample_folder: Path, tmp_path: Path, page: Page, serve: Callable[[Path, Path], AbstractContextManager[str]]
) -> None:
    library = tmp_path / "library"
    copy_library(sample_folder, library)

    def plancite(*arguments: object) -> None:
        subprocess.run([*PLANCITE, *arguments, "--library", library, "--quiet"], check=True)

    def put(sentence: str) -> None:
        (tmp_path / "quay.txt").write_text(f"Quay Plan\n\n1. Kilns\n\n{sentence} The quay is swept.\n", "utf-8")
        plancite("add", tmp_path / "quay.txt")

    put(OLD)
    plancite("save", "When do asbestos kilns close?")
    with serve(library, tmp_path) as address:
        put(NEW)
        page.goto(f"{address}/library?tab=questions")
        alert = page.locator(".st-key-alert-0")
        for _ in range(12):  # the server asks again once the plans have rested
            if alert.count():
                break
            page.wait_for_timeout(5000)
            page.reload()
            page.get_by_text("the answer has changed").first.wait_for()
        expect(alert.locator(".badge")).to_have_text(["Weakened", "Another date"])
        expect(alert.locator("del")).to_have_text(OLD)
        expect(alert.locator("ins")).to_have_text(NEW)
        page.screenshot(path=str(tmp_path / "alerts.png"), full_page=True)
        alert.get_by_role("link", name="Where it is").click()
        expect(page.locator(".answer").first).to_contain_text("should close by 2029")
        page.go_back()
        page.locator(".st-key-alert-0").get_by_role("link", name="Where it was").click()
        expect(page.locator("del").first).to_contain_text("must close by 2026")
