"""Plans that go and come back: removing, undoing it, the list of what was removed, deleting for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from indexer.library import Library
from indexer.ui.library import state
from indexer.ui.library.address import read_browsing
from indexer.ui.library.jobs import Report, Work
from indexer.ui.shared.markup import element, show, text_element
from indexer.wording import counted


@state.guarded
def remove(library: Library, plans: Sequence[str]) -> None:
    """Remove plans, all or none, and offer to undo it."""
    titles = {info.id: info.title for info in library.plans()}
    library.remove(plans)
    named = "; ".join(titles[plan] for plan in plans) if len(plans) < 4 else counted(len(plans), "plan")
    if read_browsing().plan in plans:
        state.turn(plan="")
    state.said(f"Removed: {named}. What it said is kept under “Removed plans”.", removed=tuple(plans))


@state.guarded
def put_back(library: Library, plans: Sequence[str]) -> None:
    """Put removed plans back."""

    def work(work: Work) -> Iterator[Report]:
        work.names = list(plans)
        for plan in plans:
            library.restore(plan, progress=work.progress(plan))
            yield Report(plan, "done", "is in the library again")

    state.begin(library, f"Putting back {counted(len(plans), 'plan')}", work)


def show_purge(library: Library, plan: str, title: str, where: str) -> None:
    """The way to delete a plan for good: a button, then what that means and the button that does it."""
    if st.session_state.get(state.CONFIRMING) != plan:
        label = "Delete for good"
        st.button(label, key=f"purge-{where}", type="tertiary", on_click=state.confirm_purge, args=(plan,))
        return
    versions = counted(len(library.versions(plan)), "version")
    with st.container(key="confirm-purge", gap="small"):
        show(
            element(
                "section",
                text_element("h2", f"Delete “{title}” for good?"),
                text_element(
                    "p",
                    f"Its text, in {versions}, its passages and the file that was kept of it go from the disk. "
                    "Nothing brings them back. Removing it instead can be undone.",
                ),
                css="notice",
                role="alert",
            )
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Delete it for good", key="purge-yes", type="primary", on_click=_purge, args=(library, plan, title)
            )
            st.button("Keep it", key="purge-no", on_click=state.confirm_purge, args=("",))


def show_removed(library: Library) -> None:
    """Removed plans, the latest first, each to put back or to delete."""
    removed = library.removed()
    if not removed:
        show(text_element("p", "No plan was removed, or each was put back or deleted for good.", "none"))
        return
    show(
        text_element("p", "Removed plans answer no question. Their text is kept until it is deleted for good.", "aside")
    )
    for i, version in enumerate(removed):
        with st.container(key=f"removed-{i}", gap="xsmall"):
            told = f"{version.plan} · {version.words:,} words · removed on {version.until[:10]}"
            show(text_element("p", version.title, "card-title"), text_element("p", told, "crumbs"))
            with st.container(key=f"back-{i}", horizontal=True, gap="small"):
                st.button(
                    "Put it back",
                    key=f"restore-{i}",
                    type="tertiary",
                    on_click=put_back,
                    args=(library, [version.plan]),
                )
                if st.session_state.get(state.CONFIRMING) != version.plan:
                    show_purge(library, version.plan, version.title, f"removed-{i}")
            if st.session_state.get(state.CONFIRMING) == version.plan:
                show_purge(library, version.plan, version.title, f"removed-{i}")


@state.guarded
def _purge(library: Library, plan: str, title: str) -> None:
    def work(work: Work) -> Iterator[Report]:
        library.remove([plan], purge=True)
        yield Report(title, "done", "is deleted, and no file holds its text")

    if state.begin(library, "Deleting for good", work):
        state.turn(plan="")
