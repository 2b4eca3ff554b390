"""The page's address: a question, its filters and the open source live there, so that a link reopens the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

import streamlit as st

from indexer.types import Binding, Sector

#: What the address calls the source that is open.
OPEN = "open"


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


def write_address(request: Request, opened: str | None = None) -> None:
    """Put ``request`` into the page's address, and the source that is open, None for the page's own choice."""
    st.query_params.from_dict(request_query(request) | ({} if opened is None else {OPEN: opened}))


def read_opened() -> str | None:
    """The source that the address names, None where it leaves the choice to the page."""
    return st.query_params.get(OPEN)


def write_opened(opened: str | None) -> None:
    """Put the source that is open into the address, beside what is there."""
    if opened is None:
        st.query_params.pop(OPEN, None)
    elif opened != read_opened():
        st.query_params[OPEN] = opened


def read_comparing() -> Comparing:
    """The comparison in the page's address; what cannot be read there is left out."""
    query = st.query_params
    section, tab = query.get("section", ""), query.get("tab", "")
    return replace(
        Comparing.of(query.get_all("q"), query.get_all("plan")),
        tab=Tab(tab) if tab in set(Tab) else Tab.ANSWERS,
        chosen=max(whole_number(query.get("read", "")) or 1, 1) - 1,
        as_map=query.get("map") == "1",
        at=_place(query.get("at", "")),
        beside=tuple(query.get_all("beside")),
        ranks=tuple(rank for rank in map(_place, query.get_all("rank")) if rank and rank[1]),
        pair=tuple(query.get_all("pair")),
        section=whole_number(section),
        only=query.get("only", ""),
        opened=_place(query.get(OPEN, "")),
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
        "at": place_name(*comparing.at) if comparing.at else "",
        "beside": list(comparing.beside),
        "rank": [place_name(*rank) for rank in comparing.ranks],
        "pair": list(comparing.pair),
        "section": "" if comparing.section is None else str(comparing.section),
        "only": comparing.only,
        OPEN: place_name(*comparing.opened) if comparing.opened else "",
        "apart": "1" if comparing.apart else "",
    }
    return {name: value for name, value in query.items() if value}


def write_comparing(comparing: Comparing) -> None:
    """Put ``comparing`` into the page's address."""
    st.query_params.from_dict(comparing_query(comparing))


def read_listing() -> Listing:
    """The listing in the page's address; what cannot be read there is left out."""
    query = st.query_params
    sector, binding = query.get("sector", ""), query.get("binding", "")
    return Listing(
        plans=tuple(dict.fromkeys(query.get_all("plan"))),
        sector=sector if sector in set(Sector) else "",
        year=whole_number(query.get("year", "")),
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
        "at": place_name(*listing.at) if listing.at else "",
        "line": listing.line,
    }
    return {name: value for name, value in query.items() if value}


def write_listing(listing: Listing) -> None:
    """Put ``listing`` into the page's address."""
    st.query_params.from_dict(listing_query(listing))


def link_to(query: Mapping[str, str | Sequence[str]]) -> str:
    """The address of this page with ``query`` as its query part."""
    return f"?{urlencode(query, doseq=True)}"


def whole_link(query: Mapping[str, str | Sequence[str]]) -> str:
    """The same in full, to be sent to somebody."""
    return (st.context.url or "").partition("?")[0] + link_to(query)


def opening_link(name: str) -> str:
    """The address of this page with the source open that it calls ``name``."""
    now = {key: st.query_params.get_all(key) for key in st.query_params}
    return link_to({**now, OPEN: name})


def place_name(plan: str, number: int) -> str:
    """A plan and a number, an offset in it or a rank, as the address writes them."""
    return f"{plan}:{number}"


def _place(text: str) -> tuple[str, int] | None:
    """A plan and a number, of "plan:12"."""
    plan, _, number = text.rpartition(":")
    whole = whole_number(number)
    return (plan, whole) if plan and whole is not None else None


def whole_number(text: str) -> int | None:
    """A number that the address gives; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
