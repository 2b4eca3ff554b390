"""A box to choose from, and a browser that sends what an earlier list showed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from indexer.ui.shared.choosing import choose_one

    def changed(name: str) -> None:
        st.session_state[name] = st.session_state["box"]

    choose_one(
        "Box",
        [("anhui", 1), ("henan", 2)],
        st.session_state.get("seen", ("anhui", 1)),
        "box",
        changed,
        "seen",
        format_func=lambda at: f"{at[0]} plan",
    )


def test_what_is_chosen_is_shown() -> None:
    app = AppTest.from_function(page).run()
    assert app.selectbox[0].value == ("anhui", 1)
    app.selectbox[0].select(("henan", 2)).run()
    assert not app.exception
    assert app.session_state["seen"] == app.selectbox[0].value == ("henan", 2)


def sent() -> None:
    import streamlit as st

    from indexer.ui.shared.choosing import _changed

    calls: list[object] = []
    for value in ("gansu plan", ("gansu", 3), None, ("anhui", 1)):
        st.session_state["box"] = value
        _changed("box", [("anhui", 1), ("henan", 2)], lambda: calls.append(st.session_state["box"]), ())
    st.session_state["calls"] = calls


def test_what_the_list_does_not_hold_changes_nothing() -> None:
    app = AppTest.from_function(sent).run()
    assert not app.exception
    assert app.session_state["calls"] == [("anhui", 1)]
