"""The page's address: a question and its filters live there, so that a link reopens the same answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import streamlit as st


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, of which plans (all when there is none) and of which sections."""

    question: str = ""
    plans: tuple[str, ...] = ()
    section: str = ""
    every: bool = False

    @classmethod
    def of(cls, question: str, plans: Iterable[str], section: str, every: bool) -> Request:
        """A request as it reads back from an address: without blanks around it or plans twice."""
        return cls(question.strip(), tuple(dict.fromkeys(plans)), section.strip(), every)

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
    ``beside``; ``pair`` the two plans whose sections are matched and ``section`` the line that
    is open; ``only`` the plan whose own passages are listed; ``apart`` whether texts side by side
    scroll each by itself.
    """

    questions: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    tab: Tab = Tab.ANSWERS
    chosen: int = 0
    as_map: bool = False
    at: tuple[str, int] | None = None
    beside: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()
    section: int | None = None
    only: str = ""
    apart: bool = False

    @classmethod
    def of(cls, questions: Iterable[str], plans: Iterable[str]) -> Comparing:
        """What is compared, as it reads back from an address: without blanks or anything twice."""
        asked = (" ".join(question.split()) for question in questions)
        return cls(tuple(dict.fromkeys(filter(None, asked))), tuple(dict.fromkeys(plans)))

    def within(self, known: Collection[str]) -> Comparing:
        """The same without the plans that are not ``known``."""
        at = self.at if self.at and self.at[0] in known else None
        pair = self.pair if all(p in known for p in self.pair) else ()
        plans, beside = (tuple(p for p in given if p in known) for given in (self.plans, self.beside))
        section = self.section if pair == self.pair else None
        only = self.only if self.only in known else ""
        return replace(self, plans=plans, beside=beside, at=at, pair=pair, section=section, only=only)


def read_address() -> Request:
    """The request in the page's address."""
    query = st.query_params
    return Request.of(query.get("q", ""), query.get_all("plan"), query.get("section", ""), query.get("all") == "1")


def write_address(request: Request) -> None:
    """Put ``request`` into the page's address; what is empty is left out."""
    query: dict[str, str | list[str]] = {}
    if request.question:
        query["q"] = request.question
    if request.plans:
        query["plan"] = list(request.plans)
    if request.section:
        query["section"] = request.section
    if request.every:
        query["all"] = "1"
    st.query_params.from_dict(query)


def read_comparing() -> Comparing:
    """The comparison in the page's address; what cannot be read there is left out."""
    query = st.query_params
    plan, _, start = query.get("at", "").rpartition(":")
    section, tab = query.get("section", ""), query.get("tab", "")
    return replace(
        Comparing.of(query.get_all("q"), query.get_all("plan")),
        tab=Tab(tab) if tab in set(Tab) else Tab.ANSWERS,
        chosen=max(_whole(query.get("read", "")) or 1, 1) - 1,
        as_map=query.get("map") == "1",
        at=(plan, int(start)) if plan and _whole(start) is not None else None,
        beside=tuple(query.get_all("beside")),
        pair=tuple(query.get_all("pair")),
        section=_whole(section),
        only=query.get("only", ""),
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
        "at": f"{comparing.at[0]}:{comparing.at[1]}" if comparing.at else "",
        "beside": list(comparing.beside),
        "pair": list(comparing.pair),
        "section": "" if comparing.section is None else str(comparing.section),
        "only": comparing.only,
        "apart": "1" if comparing.apart else "",
    }
    return {name: value for name, value in query.items() if value}


def write_comparing(comparing: Comparing) -> None:
    """Put ``comparing`` into the page's address."""
    st.query_params.from_dict(comparing_query(comparing))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
