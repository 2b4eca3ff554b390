"""Links that put a quote into a brief: what they carry, and what happens when one is clicked."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from indexer.library.briefs import FIRST
from indexer.translation import _, ngettext
from indexer.types import Citation, Passage, Span
from indexer.ui.shared.access import open_library
from indexer.ui.shared.address import place_name, whole_number
from indexer.ui.shared.frame import show_errors_later
from indexer.ui.shared.markup import Html, element

#: The brief that quotes go to, of this session.
CHOSEN = "brief-chosen"
_PARAMETER = "keep"
# What the session's links carry; a link of another session, or one that was clicked before, does nothing.
_TOKEN = "keep-token"


def keeping_link(place: Citation | Passage) -> Html:
    """A link that puts the quote, or the passage, into the chosen brief."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    token = st.session_state.setdefault(_TOKEN, secrets.token_urlsafe(6))
    query[_PARAMETER] = [f"{place_name(place.plan, place.start)}-{place.end}-{token}"]
    label = _("Add to brief") if chosen_brief() == FIRST else _("Add to “{brief}”").format(brief=chosen_brief())
    return element("a", element("span", label), href=f"?{urlencode(query, doseq=True)}", css="keep")


def chosen_brief() -> str:
    """The name of the brief that quotes go to."""
    return str(st.session_state.get(CHOSEN) or FIRST)


def brief_title(name: str) -> str:
    """The name of a brief as it is shown: the first one's own in the reader's language, any other as it is."""
    return _("Brief") if name == FIRST else name


@show_errors_later()
def follow_keeping_link() -> None:
    """Do what the clicked link says, if the address is one, and take it out of the address. Raises nothing of ours."""
    given = st.query_params.get(_PARAMETER)
    if given is None:
        return
    del st.query_params[_PARAMETER]
    plan, _, rest = given.rpartition(":")
    found = _place(rest.split("-", 2))
    if plan and found:
        st.session_state[_TOKEN] = secrets.token_urlsafe(6)
        changed = open_library().quote(plan, *found, brief=chosen_brief())
        count = len(changed.items)
        said = ngettext(
            "Added to “{brief}”, which has {count} item.", "Added to “{brief}”, which has {count} items.", count
        )
        st.toast(said.format(brief=brief_title(changed.name), count=count))


def _place(parts: Sequence[str]) -> Span | None:
    if len(parts) != 3 or not secrets.compare_digest(parts[2].encode(), str(st.session_state.get(_TOKEN)).encode()):
        return None
    start, end = map(whole_number, parts[:2])
    return None if start is None or end is None else (start, end)
