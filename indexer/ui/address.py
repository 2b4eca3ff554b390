"""The page's address: a question and its filters live there, so that a link reopens the same answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import streamlit as st

from indexer.types import Binding, Sector


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, of which plans (all when there is none) and of which sections.

    ``by_place`` lists passages in the order of the plans' texts instead of by relevance.
    """

    question: str = ""
    plans: tuple[str, ...] = ()
    section: str = ""
    every: bool = False
    by_place: bool = False

    @classmethod
    def of(cls, question: str, plans: Iterable[str], section: str, every: bool, by_place: bool = False) -> Request:
        """A request as it reads back from an address: without blanks around it or plans twice."""
        return cls(question.strip(), tuple(dict.fromkeys(plans)), section.strip(), every, by_place)

    def unsorted(self) -> Request:
        """What is asked, however it is listed."""
        return replace(self, by_place=False)

    def within(self, known: Collection[str]) -> Request:
        """The request without the plans that are not ``known``."""
        return replace(self, plans=tuple(p for p in self.plans if p in known))


class Tab(StrEnum):
    """The ways in which plans are laid side by side."""

    ANSWERS = "answers"
    COUNTERPARTS = "counterparts"
    ONLY = "only"
    SECTIONS = "sections"


@dataclass(frozen=True, slots=True)
class Comparing:
    """What is compared (no plan stands for all of them) and how it is looked at.

    ``chosen`` is the question, from 0, that is read side by side, ``as_map`` whether the others are
    a map; ``at`` the plan and offset of the passage whose counterparts are shown, in the plans
    ``beside``, and ``ranks`` which of them, from 1, of each plan where not the nearest; ``pair`` the
    two plans whose sections are matched and ``section`` the line that is open; ``only`` the plan whose
    own passages are listed; ``opened`` the plan and offset of the quote whose source is open;
    ``apart`` whether texts side by side scroll each by itself.
    """

    questions: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    tab: Tab = Tab.ANSWERS
    chosen: int = 0
    as_map: bool = False
    at: tuple[str, int] | None = None
    beside: tuple[str, ...] = ()
    ranks: tuple[tuple[str, int], ...] = ()
    pair: tuple[str, ...] = ()
    section: int | None = None
    only: str = ""
    opened: tuple[str, int] | None = None
    apart: bool = False

    @classmethod
    def of(cls, questions: Iterable[str], plans: Iterable[str]) -> Comparing:
        """What is compared, as it reads back from an address: without blanks or anything twice."""
        asked = (" ".join(question.split()) for question in questions)
        return cls(tuple(dict.fromkeys(filter(None, asked))), tuple(dict.fromkeys(plans)))

    def within(self, known: Collection[str]) -> Comparing:
        """The same without the plans that are not ``known``."""
        at, opened = (place if place and place[0] in known else None for place in (self.at, self.opened))
        ranks = tuple(rank for rank in self.ranks if rank[0] in known) if at == self.at else ()
        pair = self.pair if all(p in known for p in self.pair) else ()
        plans, beside = (tuple(p for p in given if p in known) for given in (self.plans, self.beside))
        section = self.section if pair == self.pair else None
        only = self.only if self.only in known else ""
        return replace(
            self, plans=plans, beside=beside, ranks=ranks, at=at, pair=pair, section=section, only=only, opened=opened
        )


class Shelf(StrEnum):
    """The tabs of the Library page."""

    PLANS = "plans"
    QUESTIONS = "questions"
    REMOVED = "removed"
    CARE = "care"


class Part(StrEnum):
    """What is shown of the plan that is open on the Library page."""

    ABOUT = "about"
    EDIT = "edit"
    REPLACE = "replace"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Browsing:
    """What of the library is looked at: the tab, the words that plans are found by, and the one that is open.

    ``old`` and ``new`` are the versions of it that are held against each other, None for the last two.
    """

    shelf: Shelf = Shelf.PLANS
    words: str = ""
    plan: str = ""
    part: Part = Part.ABOUT
    old: int | None = None
    new: int | None = None

    def within(self, known: Collection[str]) -> Browsing:
        """The same without a plan that is not ``known``."""
        return self if not self.plan or self.plan in known else Browsing(self.shelf, self.words)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which targets are listed, and how they are looked at; what is empty narrows nothing.

    ``sector`` and ``binding`` are values of their types, ``words`` what the indicator or the quote holds;
    ``every`` lists every target instead of indicators side by side; ``line`` is the plan whose targets
    stand on a time line, else one indicator is charted: the one of the figure of ``at``, plan and offset.
    """

    plans: tuple[str, ...] = ()
    sector: str = ""
    year: int | None = None
    binding: str = ""
    words: str = ""
    every: bool = False
    at: tuple[str, int] | None = None
    line: str = ""

    def within(self, known: Collection[str]) -> Listing:
        """The same without the plans that are not ``known``."""
        plans = tuple(p for p in self.plans if p in known)
        at = self.at if self.at and self.at[0] in known else None
        return replace(self, plans=plans, at=at, line=self.line if self.line in known else "")


def read_address() -> Request:
    """The request in the page's address."""
    query = st.query_params
    plans, section = query.get_all("plan"), query.get("section", "")
    return Request.of(query.get("q", ""), plans, section, query.get("all") == "1", query.get("sort") == "place")


def request_query(request: Request) -> dict[str, str | list[str]]:
    """``request`` as the query part of an address; what is empty is left out."""
    query: dict[str, str | list[str]] = {
        "q": request.question,
        "plan": list(request.plans),
        "section": request.section,
        "all": "1" if request.every else "",
        "sort": "place" if request.by_place else "",
    }
    return {name: value for name, value in query.items() if value}


def write_address(request: Request) -> None:
    """Put ``request`` into the page's address."""
    st.query_params.from_dict(request_query(request))


def read_comparing() -> Comparing:
    """The comparison in the page's address; what cannot be read there is left out."""
    query = st.query_params
    section, tab = query.get("section", ""), query.get("tab", "")
    return replace(
        Comparing.of(query.get_all("q"), query.get_all("plan")),
        tab=Tab(tab) if tab in set(Tab) else Tab.ANSWERS,
        chosen=max(_whole(query.get("read", "")) or 1, 1) - 1,
        as_map=query.get("map") == "1",
        at=_place(query.get("at", "")),
        beside=tuple(query.get_all("beside")),
        ranks=tuple(rank for rank in map(_place, query.get_all("rank")) if rank and rank[1]),
        pair=tuple(query.get_all("pair")),
        section=_whole(section),
        only=query.get("only", ""),
        opened=_place(query.get("open", "")),
        apart=query.get("apart") == "1",
    )


def comparing_query(comparing: Comparing) -> dict[str, str | list[str]]:
    """``comparing`` as the query part of an address; what is at rest is left out."""
    query: dict[str, str | list[str]] = {
        "q": list(comparing.questions),
        "plan": list(comparing.plans),
        "tab": comparing.tab if comparing.tab is not Tab.ANSWERS else "",
        "read": str(comparing.chosen + 1) if comparing.chosen else "",
        "map": "1" if comparing.as_map else "",
        "at": "{}:{}".format(*comparing.at) if comparing.at else "",
        "beside": list(comparing.beside),
        "rank": ["{}:{}".format(*rank) for rank in comparing.ranks],
        "pair": list(comparing.pair),
        "section": "" if comparing.section is None else str(comparing.section),
        "only": comparing.only,
        "open": "{}:{}".format(*comparing.opened) if comparing.opened else "",
        "apart": "1" if comparing.apart else "",
    }
    return {name: value for name, value in query.items() if value}


def write_comparing(comparing: Comparing) -> None:
    """Put ``comparing`` into the page's address."""
    st.query_params.from_dict(comparing_query(comparing))


def read_browsing() -> Browsing:
    """What the page's address shows of the library; what cannot be read there is left out."""
    query = st.query_params
    shelf, part = query.get("tab", ""), query.get("part", "")
    return Browsing(
        Shelf(shelf) if shelf in set(Shelf) else Shelf.PLANS,
        query.get("find", "").strip(),
        query.get("plan", ""),
        Part(part) if part in set(Part) else Part.ABOUT,
        _whole(query.get("old", "")) or None,
        _whole(query.get("new", "")) or None,
    )


def write_browsing(browsing: Browsing) -> None:
    """Put ``browsing`` into the page's address; what is at rest is left out."""
    query = {
        "tab": browsing.shelf if browsing.shelf is not Shelf.PLANS else "",
        "find": browsing.words,
        "plan": browsing.plan,
        "part": browsing.part if browsing.part is not Part.ABOUT else "",
        "old": str(browsing.old or ""),
        "new": str(browsing.new or ""),
    }
    st.query_params.from_dict({name: value for name, value in query.items() if value})


def read_listing() -> Listing:
    """The listing in the page's address; what cannot be read there is left out."""
    query = st.query_params
    sector, binding = query.get("sector", ""), query.get("binding", "")
    return Listing(
        plans=tuple(dict.fromkeys(query.get_all("plan"))),
        sector=sector if sector in set(Sector) else "",
        year=_whole(query.get("year", "")),
        binding=binding if binding in set(Binding) else "",
        words=" ".join(query.get("words", "").split()),
        every=query.get("every") == "1",
        at=_place(query.get("at", "")),
        line=query.get("line", ""),
    )


def listing_query(listing: Listing) -> dict[str, str | list[str]]:
    """``listing`` as the query part of an address; what is at rest is left out."""
    query: dict[str, str | list[str]] = {
        "plan": list(listing.plans),
        "sector": listing.sector,
        "year": "" if listing.year is None else str(listing.year),
        "binding": listing.binding,
        "words": listing.words,
        "every": "1" if listing.every else "",
        "at": "{}:{}".format(*listing.at) if listing.at else "",
        "line": listing.line,
    }
    return {name: value for name, value in query.items() if value}


def write_listing(listing: Listing) -> None:
    """Put ``listing`` into the page's address."""
    st.query_params.from_dict(listing_query(listing))


def _place(text: str) -> tuple[str, int] | None:
    """A plan and a number, of "plan:12"."""
    plan, _, number = text.rpartition(":")
    whole = _whole(number)
    return (plan, whole) if plan and whole is not None else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
