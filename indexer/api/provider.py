"""Whether an OpenID Connect provider can be reached, so that a refused sign-in can be explained."""

from __future__ import annotations

import logging
import threading
from time import monotonic

#: Seconds for which a finding holds, and in which the provider must answer.
HOLDS, PATIENCE = 5.0, 5.0
#: For programs, as a page says it in the reader's language.
UNREACHABLE = "The sign-in provider cannot be reached, so people cannot sign in on the pages; tokens still work."


class Provider:
    """The provider whose metadata lie at ``url``, asked again when the last finding is older than ``holds`` seconds."""

    def __init__(self, url: str, holds: float = HOLDS) -> None:
        self._url = url
        self._holds = holds
        self._found: bool | None = None
        self._until = 0.0
        self._lock = threading.Lock()

    def reachable(self) -> bool:
        """Whether it answers as a provider does; who comes while it is asked gets what was found before."""
        if self._found is not None and monotonic() < self._until:
            return self._found
        if not self._lock.acquire(blocking=self._found is None):
            return bool(self._found)
        try:
            if self._found is None or monotonic() >= self._until:
                self._look()
            return bool(self._found)
        finally:
            self._lock.release()

    def _look(self) -> None:
        import httpx  # comes with the extra that signs in

        try:  # as Authlib asks it
            reply = httpx.get(self._url, timeout=PATIENCE).raise_for_status().json()
            error = (
                "" if isinstance(reply, dict) and "authorization_endpoint" in reply else "it names no place to sign in"
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as raised:
            error = str(raised).partition("\n")[0] or type(raised).__name__
        if error and self._found is not False:
            logging.getLogger(__name__).warning(
                "People cannot sign in: the provider at %s cannot be reached (%s). Check server_metadata_url in "
                ".streamlit/secrets.toml, and that this machine reaches it.",
                self._url,
                error,
            )
        self._found, self._until = not error, monotonic() + self._holds
