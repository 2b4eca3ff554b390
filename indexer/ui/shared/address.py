"""The address of a page: its view as a query string, so that a link reopens the same, and the source open on it.

Each page declares its view as a frozen dataclass of the fields below. ``sync_from_url`` reads it when the page is
drawn, ``update_view`` changes it from a widget's callback.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias, TypeVar
from urllib.parse import urlencode, urljoin

import streamlit as st

from indexer.types import Facet, Filter, Span

Query: TypeAlias = Mapping[str, str | Sequence[str]]
V = TypeVar("V", bound="View")

#: The parameter that names the open source.
OPEN = "open"
#: What the source of a passage is called, before its rank.
PASSAGE = "passage-"
#: Passages listed at first, and further ones a click.
PAGE_LENGTH = 10
#: The most that a link can have listed, by the passage that it opens.
_MOST_LISTED = 100
#: Characters of the plan's text on each side of an opened passage.
_REACH_AT_FIRST = 1200

# What the session remembers: the view that the widgets show; the source that is open, None for the page's own
# choice and "" for none; how much of the plan's text is shown around it; how many passages are listed; plans of a
# link that are not in the library; whether sources are shown as text or as pages; the page turned to in the open one,
# and how large page images are.
VIEW, OPENED, REACH, LISTED, MISSING = "view-shown", "opened", "reach", "listed", "missing"
LOOK, TURNED, ZOOM = "look", "turned", "zoom"


class Look(StrEnum):
    """How a plan's source is shown."""

    TEXT = "text"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class _Param:
    """How one field of a view is written: its name in the query, and the two directions."""

    name: str
    read: Callable[[list[str]], Any]
    write: Callable[[Any], str | list[str]]


def _param(
    name: str, default: Any, read: Callable[[list[str]], Any], write: Callable[[Any], str | list[str]] = str
) -> Any:
    return field(default=default, metadata={"param": _Param(name, read, write)})


def text(name: str) -> Any:
    """A field of type str; blanks around it do not count."""
    return _param(name, "", lambda given: given[-1].strip())


def words(name: str) -> Any:
    """A field of type str; blanks around and between words do not count."""
    return _param(name, "", lambda given: " ".join(given[-1].split()))


def texts(name: str, *, unique: bool = True) -> Any:
    """A field of type tuple[str, ...], one parameter each."""

    def read(given: list[str]) -> tuple[str, ...]:
        folded = filter(None, (" ".join(each.split()) for each in given))
        return tuple(dict.fromkeys(folded) if unique else folded)

    return _param(name, (), read, list)


def flag(name: str, value: str = "1") -> Any:
    """A field of type bool: true when the parameter has this ``value``."""
    return _param(name, False, lambda given: given[-1] == value, lambda _: value)


def number(name: str, default: int | None = None, *, least: int = 0, offset: int = 0) -> Any:
    """A field of type int or None, of at least ``least``; the address shows it plus ``offset``."""

    def read(given: list[str]) -> int:
        found = whole_number(given[-1])
        if found is None or found - offset < least:
            raise ValueError
        return found - offset

    return _param(name, default, read, lambda value: str(value + offset))


def one_of(name: str, default: Any, options: Iterable[Any]) -> Any:
    """A field that is one of ``options``, an enum for instance."""
    by_text = {str(option): option for option in options}
    return _param(name, default, lambda given: by_text[given[-1]])


def place(name: str) -> Any:
    """A field of type (plan, offset) or None, as "plan:12"."""
    return _param(name, None, lambda given: _place(given[-1]), lambda value: place_name(*value))


def ranks(name: str) -> Any:
    """A field of type ((plan, rank), …), ranks from 1."""
    return _param(
        name,
        (),
        lambda given: tuple(found for found in map(_place, given) if found and found[1]),
        lambda value: [place_name(*each) for each in value],
    )


def span(name: str) -> Any:
    """A field of type (start, end) or None, as "12-40"."""

    def read(given: list[str]) -> Span:
        start, end = (whole_number(part) for part in [*given[-1].split("-"), ""][:2])
        if start is None or end is None or start >= end:
            raise ValueError
        return start, end

    return _param(name, None, read, lambda value: "{}-{}".format(*value))


def facets(name: str) -> Any:
    """A field of type Filter, one parameter a value, as "issuer:Sichuan"."""

    def read(given: list[str]) -> Filter:
        chosen: dict[str, list[str]] = {}
        for each in given:
            facet, _, value = each.partition(":")
            if facet in set(Facet) and (folded := " ".join(value.split())):
                chosen.setdefault(facet, []).append(folded)
        return Filter(**{facet: tuple(dict.fromkeys(values)) for facet, values in chosen.items()})

    def write(value: Filter) -> list[str]:
        return [f"{facet}:{each}" for facet, values in value.chosen.items() for each in values]

    return _param(name, Filter(), read, write)


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows, as far as a link reopens it. ``PAGE`` is the page's path."""

    PAGE: ClassVar[str] = ""

    @property
    def listed_at_first(self) -> int:
        """Passages listed before anyone asks for more."""
        return PAGE_LENGTH

    def missing(self, known: Collection[str]) -> list[str]:
        """Ids of plans that the view names and that are not ``known``."""
        return []

    def within(self: V, known: Collection[str]) -> V:
        """The view without plans that are not ``known``."""
        return self


def from_query(kind: type[V], query: Mapping[str, list[str]]) -> V:
    """The view that ``query`` describes; values that cannot be read are ignored."""
    found = {}
    for each in fields(kind):
        param: _Param = each.metadata["param"]
        if given := query.get(param.name):
            try:
                found[each.name] = param.read(given)
            except (ValueError, LookupError):
                continue
    return kind(**found)


def to_query(view: View) -> dict[str, str | list[str]]:
    """``view`` as a query; fields that have their default are left out."""
    query: dict[str, str | list[str]] = {}
    for each in fields(view):
        value = getattr(view, each.name)
        if value != each.default:
            param: _Param = each.metadata["param"]
            query[param.name] = param.write(value)
    return query


def tidy(view: V) -> V:
    """``view`` as it reads back from its own address."""
    return from_query(type(view), {name: [v] if isinstance(v, str) else v for name, v in to_query(view).items()})


def read_view(kind: type[V]) -> V:
    """The view in the page's address."""
    return from_query(kind, _query())


def write_view(view: View, opened: str | None = None) -> None:
    """Put ``view`` into the page's address, and the source that is open, None for the page's own choice."""
    st.query_params.from_dict(to_query(view) | ({} if opened is None else {OPEN: opened}))


def sync_from_url(
    kind: type[V], known: Collection[str], fill: Callable[[V], None], *, numbered: str = ""
) -> tuple[V, list[str]]:
    """The view in the address without plans that are not ``known``, and the ids of those.

    An address that this session did not write, of a link or of the Back button, is put into the widgets by ``fill``;
    one that it did leaves them alone, so that a half-typed question survives a change of the filters. Where names of
    sources are ``numbered``, the list reaches as far as the one that is open.
    """
    asked, opened = read_view(kind), st.query_params.get(OPEN)
    view, missing = asked.within(known), asked.missing(known)
    if st.session_state.get(VIEW) != view or missing:
        fill(view)
        show_view(view)
        st.session_state[MISSING] = missing
    if opened != st.session_state[OPENED]:
        open_source(opened)
    if numbered and opened and opened.startswith(numbered):
        rank = whole_number(opened.removeprefix(numbered)) or 0
        st.session_state[LISTED] = max(st.session_state[LISTED], min(rank, _MOST_LISTED))
    return view, st.session_state[MISSING]


def update_view(kind: type[V], **changes: Any) -> None:
    """Change fields of the view that the page shows; a source that was open closes."""
    show_view(replace(read_view(kind), **changes))


def show_view(view: View) -> None:
    """Show ``view`` from now on, with no source opened."""
    write_view(view)
    st.session_state.update({VIEW: view, LISTED: view.listed_at_first, MISSING: []})
    _reset_source(None)


def open_source(name: str | None) -> None:
    """Open the source with this name, None for the page's own choice and "" for none."""
    if name is None:
        st.query_params.pop(OPEN, None)
    elif name != st.query_params.get(OPEN):
        st.query_params[OPEN] = name
    _reset_source(name)


def close_source() -> None:
    """Open no source, not even the first answer's."""
    open_source("")


def turn_look(look: Look) -> None:
    """Show sources as text, or as page images; this stays from one source to the next."""
    st.session_state[LOOK] = look


def turn_page(number: int) -> None:
    """Turn to this page of the open source."""
    st.session_state[TURNED] = number


def turn_zoom(zoom: int) -> None:
    """Show page images of sources in this size, in per cent of the usual one."""
    st.session_state[ZOOM] = zoom


def reach_further() -> None:
    """Show twice as much of the text around the open passage."""
    st.session_state[REACH] *= 2


def list_further() -> None:
    """List further passages."""
    st.session_state[LISTED] += PAGE_LENGTH


def link_to(view: View, opened: str | None = None) -> str:
    """Address of ``view`` from any page, with this source open."""
    query = to_query(view) | ({} if opened is None else {OPEN: opened})
    return (view.PAGE or "./") + (f"?{urlencode(query, doseq=True)}" if query else "")


def full_link(view: View) -> str:
    """Address of ``view`` in full, to send to somebody."""
    return urljoin(st.context.url or "", link_to(view))


def opening_link(name: str) -> str:
    """Address of the page as it is, with the source open that it calls ``name``."""
    return f"?{urlencode({**_query(), OPEN: name}, doseq=True)}"


def show_page_link(view: View, label: str) -> None:
    """A link that opens ``view`` on its page."""
    # Streamlit knows a page by its path, whatever function draws it.
    there = st.Page(lambda: None, title=label, url_path=view.PAGE)
    st.page_link(there, label=label, query_params=to_query(view))


def place_name(plan: str, number: int) -> str:
    """A plan and a number, an offset in it or a rank, as the address writes them."""
    return f"{plan}:{number}"


def whole_number(text: str) -> int | None:
    """A number that the address gives; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _place(text: str) -> tuple[str, int] | None:
    plan, _, number = text.rpartition(":")
    whole = whole_number(number)
    return (plan, whole) if plan and whole is not None else None


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _reset_source(name: str | None) -> None:
    st.session_state.update({OPENED: name, REACH: _REACH_AT_FIRST, TURNED: None})
