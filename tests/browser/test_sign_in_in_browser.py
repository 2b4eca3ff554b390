"""Two people in two browsers, who sign in at a provider: neither sees what is the other's."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from provider import CLIENT, provider
from proxy import Proxy
from served import Served, copy_library, free_port, served

from indexer.library import Library

pytestmark = pytest.mark.browser
PEOPLE = {
    "ann": {"email": "ann@example.org", "email_verified": True, "groups": ["board"], "roles": ["editor"]},
    "bob": {"email": "bob@example.org", "email_verified": True},
    "eve": {"email": "ann@example.org", "email_verified": False},
}


@pytest.fixture(autouse=True)
def closed(browser: Browser) -> Iterator[None]:
    """A page that is left open keeps looking for its server when that is gone."""
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture
def office(sample_folder: Path, tmp_path: Path) -> Iterator[Served]:
    """A server on the sample plans, one of which is for the board, with a provider to sign in at."""
    with provider(PEOPLE) as address, serving(sample_folder, tmp_path, address) as server:
        yield server


@contextmanager
def serving(sample_folder: Path, tmp_path: Path, address: str) -> Iterator[Served]:
    """A server where people sign in at the provider at ``address``."""
    copy_library(sample_folder, tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        library.set_collection("Board", [library.plans()[-1].id])
        library.set_readers("Board", ["@board"])
    port = free_port()
    (tmp_path / ".streamlit").mkdir()
    options = ("--sign-in", "oidc", "--role-field", "roles", "--groups-field", "groups")
    environment = {**os.environ, "NO_PROXY": "127.0.0.1,localhost"}
    (tmp_path / ".streamlit" / "secrets.toml").write_text(
        "[auth]\n"
        f'redirect_uri = "http://localhost:{port}/oauth2callback"\n'
        f'cookie_secret = "{secrets.token_hex(32)}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{secrets.token_hex(8)}"\n'
        f'server_metadata_url = "{address}/.well-known/openid-configuration"\n'
    )
    with served(tmp_path / "library", tmp_path, *options, environment=environment, port=port) as server:
        yield server


def sign_in(browser: Browser, office: Served, name: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"http://localhost:{office.port}/")
    expect(page.get_by_text("You are not signed in")).to_be_visible()
    expect(page.get_by_text("passages")).to_have_count(0)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=name).click()
    return page


def test_two_people_see_their_own(browser: Browser, office: Served) -> None:
    ann, bob = (sign_in(browser, office, name) for name in ("ann", "bob"))
    expect(ann.get_by_text("Signed in as ann@example.org, editor")).to_be_visible()
    expect(bob.get_by_text("Signed in as bob@example.org, reader")).to_be_visible()
    expect(ann.locator("header.masthead")).to_contain_text("3 plans")
    expect(bob.locator("header.masthead")).to_contain_text("2 plans")
    for page in (ann, bob):
        page.get_by_role("link", name="Library").first.click()
        expect(page.get_by_role("tab", name="Glossary")).to_be_visible()
    expect(ann.get_by_text("Drop plans here")).to_be_visible()
    expect(bob.get_by_text("Drop plans here")).to_have_count(0)
    # without a box to tick before it, a title keeps its column
    (title, head) = (
        bob.locator(place).first.bounding_box() for place in ('[class*="st-key-plan-row-"] button', "p.plan-heads")
    )
    assert title and head and title["height"] < 40 and title["x"] > head["x"]
    assert office.get("/api/v1/plans").status == 401, "programs need tokens"
    assert office.get("/api/v1/plans", X_Remote_User="ann@example.org").status == 401
    bob.get_by_role("button", name="Sign out").click()
    expect(bob.get_by_text("You are not signed in")).to_be_visible()


def test_a_provider_that_is_down_is_named_and_signs_in_once_it_is_back(
    browser: Browser, sample_folder: Path, tmp_path: Path
) -> None:
    down = "The sign-in provider cannot be reached. Try again in a moment."
    with provider(PEOPLE) as address:
        pass  # it is switched off from here on
    with serving(sample_folder, tmp_path, address) as office:
        page = browser.new_page()
        page.goto(f"http://localhost:{office.port}/")
        expect(page.get_by_text(down)).to_be_visible()
        expect(page.get_by_text("check the provider's address")).to_be_visible()
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_timeout(1000)
        expect(page.get_by_text(down)).to_be_visible()
        expect(page.get_by_text("Authentication error")).to_have_count(0)
        refused = office.get("/api/v1/plans")
        assert refused.status == 401 and b"The sign-in provider cannot be reached" in refused.body
        assert "Traceback" not in refused.body.decode() + page.content()
        back = office.get("/oauth2callback?code=0&state=0")
        assert (back.status, back.headers["location"]) == (302, "./")
        with provider(PEOPLE, int(address.rpartition(":")[2])):
            page.wait_for_timeout(6000)  # a finding holds for five seconds
            page.reload()
            expect(page.get_by_text("You are not signed in")).to_be_visible()
            expect(page.get_by_text(down)).to_have_count(0)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("link", name="ann").click()
            expect(page.get_by_text("Signed in as ann@example.org, editor")).to_be_visible()


def test_an_address_that_is_not_verified_is_nobodys(browser: Browser, office: Served) -> None:
    page = sign_in(browser, office, "eve")
    expect(page.get_by_text("You are not signed in")).to_be_visible()
    expect(page.get_by_text("Signed in as")).to_have_count(0)


def test_a_proxys_headers_sign_in_on_the_pages(browser: Browser, sample_folder: Path, tmp_path: Path) -> None:
    copy_library(sample_folder, tmp_path / "library")
    with Library.open(tmp_path / "library") as library:
        library.set_collection("Board", [library.plans()[-1].id])
        library.set_readers("Board", ["Ann"])
    options = ("--sign-in", "proxy", "--trusted-proxy", "127.0.0.1", "--role-field", "X-Role")
    with served(tmp_path / "library", tmp_path, *options) as server:
        for name, role, plans in (("Ann", "editor", "3 plans"), ("Bob", "reader", "2 plans")):
            with closing(Proxy(server.port, {"X-Remote-User": name, "X-Role": role})) as proxy:
                page = browser.new_context().new_page()
                page.goto(f"http://localhost:{proxy.port}/")
                expect(page.get_by_text(f"Signed in as {name}, {role}")).to_be_visible()
                expect(page.locator("header.masthead")).to_contain_text(plans)
        page = browser.new_context().new_page()
        assert (reply := page.goto(f"http://localhost:{server.port}/")) and reply.status == 401
