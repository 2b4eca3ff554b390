"""Signing in on the pages: who somebody is, and the way in and out."""

from __future__ import annotations

import streamlit as st

from indexer.api.sign_in import settings_from_environment
from indexer.library.rights import Mode, Role
from indexer.translation import N_, _
from indexer.ui.shared.access import signed_in
from indexer.ui.shared.markup import element, show
from indexer.ui.shared.provider import provider_is_down

_WHO = "signed-in"
_DOWN = (
    N_("The sign-in provider cannot be reached. Try again in a moment."),
    N_(
        "For administrators: check the provider's address in the server's secrets, and that the server reaches it; its "
        "log has the reason."
    ),
)
#: The roles in words.
ROLES = {Role.READER: N_("reader"), Role.EDITOR: N_("editor"), Role.ADMIN: N_("admin")}


def begin_session() -> bool:
    """Whether the page may be drawn: somebody has signed in, or need not. Otherwise the way in is shown.

    Nothing of one person's session is left to another. Raises LibraryError.
    """
    who = signed_in()
    name = who.name if who else ""
    if st.session_state.get(_WHO, name) != name:
        st.session_state.clear()
    st.session_state[_WHO] = name
    by_provider = settings_from_environment().mode is Mode.OIDC
    if who is None:
        lines = [element("h1", _("You are not signed in")), element("p", _("Plans are shown to those who sign in."))]
        if by_provider and provider_is_down():
            lines += [element("p", _(said)) for said in _DOWN]
        show(element("section", *lines, css="notice"))
        if by_provider:
            st.button(_("Sign in"), key="sign-in", type="primary", on_click=st.login)
        return False
    if name:
        with st.container(key="who", horizontal=True, gap="small", vertical_alignment="center"):
            show(element("p", _("Signed in as {name}, {role}").format(name=name, role=_(ROLES[who.role])), css="aside"))
            if by_provider:
                st.button(_("Sign out"), key="sign-out", type="tertiary", on_click=st.logout)
    return True
