"""The pages in Chinese in a real browser: its language first, then the switch, which is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

CEMENT = "What are the cement capacity rules?"
#: What each page says in Chinese and in English, by its path.
PAGES = {
    "": ("检索说明", "Search help"),
    "library": ("同名文件替换已有规划", "A file replaces the plan that has its name"),
    "compare": ("问题或主题，每行一个", "Questions or topics, one per line"),
    "targets": ("同时显示其他数据", "Show other figures too"),
    "read": ("选择要阅读的规划", "Choose a plan to read"),
    "brief": ("添加自拟文字或标题", "Add own words or a heading"),
}


@pytest.fixture
def chinese(browser: Browser) -> Iterator[BrowserContext]:
    """A browser whose language is Chinese."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def said(page: Page) -> str:
    return page.locator(".stApp").inner_text()


def open_page(page: Page, address: str, words: str) -> None:
    page.goto(address)
    expect(page.get_by_text(words, exact=True).first).to_be_visible()


def test_the_browsers_language_then_the_switch(site: str, chinese: BrowserContext) -> None:
    page = chinese.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path, (in_chinese, in_english) in PAGES.items():
        open_page(page, f"{site}/{path}", in_chinese)
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        assert in_english not in said(page)
    for link in ("提问", "对比", "指标", "阅读", "摘编", "资料库"):
        expect(page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=link)).to_be_visible()

    page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name="资料库").click()
    uploader = page.get_by_test_id("stFileUploaderDropzone")
    expect(uploader).to_contain_text("选择文件")
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.get_by_text("A file replaces the plan that has its name")).to_be_visible()
    expect(uploader).to_contain_text("Upload")
    expect(uploader).to_contain_text("200MB per file")
    assert page.evaluate("document.documentElement.lang") == "en"
    # over the links to the other pages, and in a new session of this browser
    for path, (in_chinese, in_english) in PAGES.items():
        title = path.capitalize() or "Ask"
        page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=title).click()
        expect(page.get_by_text(in_english, exact=True).first).to_be_visible()
        assert in_chinese not in said(page)
    open_page(page, f"{site}/library", PAGES["library"][1])
    other = chinese.new_page()
    open_page(other, f"{site}/", "Search help")
    other.get_by_role("button", name="中文", exact=True).click()
    expect(other.get_by_text("检索说明")).to_be_visible()
    assert not errors


def test_a_session_in_english_beside_one_in_chinese(site: str, chinese: BrowserContext, page: Page) -> None:
    query = urlencode({"q": CEMENT})
    ours = chinese.new_page()
    open_page(ours, f"{site}/?{query}", "原文写明")
    open_page(page, f"{site}/?{query}", "States it")
    assert page.evaluate("document.documentElement.lang") == "en"
    quotes = [each.locator("blockquote.quote").all_inner_texts() for each in (ours, page)]
    assert quotes[0] == quotes[1] != []  # quotes are never translated
    ours.get_by_role("button", name="复制引文").first.click()
    expect(ours.get_by_role("button", name="已复制")).to_be_visible()
    page.get_by_text("Place", exact=True).click()
    expect(page.get_by_text("Load more passages")).to_be_visible()
    expect(ours.get_by_text("显示更多段落")).to_be_visible()


def test_a_file_is_in_one_language(site: str, chinese: BrowserContext) -> None:
    page = chinese.new_page()
    open_page(page, f"{site}/?{urlencode({'q': 'Which football club won the cup?'})}", "未在这些规划中找到。")
    page.get_by_text("下载", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="答案（Markdown）").click()
    text = Path(started.value.path()).read_text("utf-8")
    assert "Not found in these plans." in text
    assert "Searched in all" in text
    assert not re.search("[\u4e00-\u9fff]", text.partition(">")[0])


def test_what_is_half_typed_survives_the_switch(site: str, chinese: BrowserContext) -> None:
    page = chinese.new_page()
    open_page(page, f"{site}/?{urlencode({'q': CEMENT})}", "原文写明")
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.get_by_text("States it", exact=True).first).to_be_visible()
    expect(page.get_by_role("textbox", name="Question")).to_have_value(CEMENT)


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_wider_than_the_window(site: str, browser: Browser, width: int) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
    page = context.new_page()
    for path, (in_chinese, _) in PAGES.items():
        open_page(page, f"{site}/{path}", in_chinese)
        main = page.locator(".stMain")
        assert main.evaluate("box => box.scrollWidth <= box.clientWidth"), path
        head = page.locator(".st-key-masthead")
        assert head.evaluate("box => box.scrollWidth <= box.clientWidth"), path
    context.close()


def test_other_languages_are_answered_in_english(site: str, browser: Browser) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    open_page(page, site, "Search help")
    expect(page.get_by_role("button", name=re.compile("^中文$"))).to_be_visible()
    context.close()
