"""The OpenID Connect provider that this server's secrets name."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.errors import StreamlitAPIException

from indexer.api.provider import Provider
from indexer.api.sign_in import settings_from_environment
from indexer.library.rights import Mode


def provider_is_down() -> bool:
    """Whether people sign in at a provider that cannot be reached now."""
    provider = _provider() if settings_from_environment().mode is Mode.OIDC else None
    return provider is not None and not provider.reachable()


@cache
def _provider() -> Provider | None:
    try:
        url = st.secrets["auth"]["server_metadata_url"]
    except (KeyError, OSError, StreamlitAPIException):
        return None  # Streamlit says what its secrets lack
    return Provider(str(url))
