"""What the pages ask of the library: opened once a server, answers kept while its generation stands."""

from __future__ import annotations

import os
from typing import TypeAlias

import streamlit as st

from indexer.asking.question import read_question
from indexer.library import DEFAULT_LIBRARY, Library
from indexer.types import Answer, Plan, PlanInfo, Survey
from indexer.ui.address import Request

#: Names the library to serve; ``planlens serve --library`` sets it.
LOCATION_VARIABLE = "PLANLENS_LIBRARY"
#: Answers kept, for all who look; one with its passages is some ten kilobytes.
_KEPT = 256

#: Which library, and the generation it is at: what everything kept depends on.
_Edition: TypeAlias = tuple[str, int]


def open_library() -> Library:
    """The library that this server shows. Raises LibraryError, each time until there is one."""
    return _open(os.environ.get(LOCATION_VARIABLE) or DEFAULT_LIBRARY)


def list_plans(library: Library) -> list[PlanInfo]:
    """All plans of the library as it stands now, whoever changed it."""
    return _plans(library, _edition(library))


def read_plan(library: Library, plan_id: str) -> Plan:
    """One plan with its text. Raises UnknownPlanError."""
    return _plan(library, _edition(library), plan_id)


def ask(library: Library, request: Request, top_k: int) -> Answer:
    """The answer to a request, with ``top_k`` passages. Raises IndexerError."""
    return _answer(library, _edition(library), request, top_k)


def survey(library: Library, request: Request) -> Survey:
    """Every passage on a request's topic. Raises IndexerError."""
    return _survey(library, _edition(library), request)


def named_plans(library: Library, question: str) -> tuple[str, ...]:
    """Ids of the plans that the question itself names, to which its search is narrowed."""
    return read_question(question, library.backend.names()).plans


def _edition(library: Library) -> _Edition:
    return library.backend.location, library.backend.generation


@st.cache_resource(show_spinner=False, on_release=Library.close)
def _open(location: str) -> Library:
    return Library.open(location)


# Streamlit leaves arguments with a leading underscore out of what it keeps results by.
@st.cache_data(show_spinner=False, max_entries=4)
def _plans(_library: Library, edition: _Edition) -> list[PlanInfo]:
    return _library.plans()


@st.cache_data(show_spinner=False, max_entries=32)
def _plan(_library: Library, edition: _Edition, plan_id: str) -> Plan:
    return _library.plan(plan_id)


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _answer(_library: Library, edition: _Edition, request: Request, top_k: int) -> Answer:
    plans, section = request.plans or None, request.section or None
    return _library.ask(request.question, plans=plans, section=section, top_k=top_k)


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _survey(_library: Library, edition: _Edition, request: Request) -> Survey:
    return _library.survey(request.question, plans=request.plans or None, section=request.section or None)
