"""The page's address: a question and its filters live there, so that a link reopens the same answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

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
