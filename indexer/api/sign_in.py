"""How people sign in to a server, and who they are by the headers of a proxy or the claims of a provider."""

from __future__ import annotations

import ipaddress
import os
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from indexer.errors import IndexerError
from indexer.library import Library
from indexer.library.people import read_people
from indexer.library.rights import Mode, Person, Role

#: The environment variable in which a server finds its settings.
VARIABLE = "PLANCITE_SIGN_IN"
_LONGEST = 200
#: What a sign-in at a provider needs, in the section [auth] of secrets.toml.
_AUTH = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
# What marks headers as vetted within this process: nothing that comes from outside can have it.
_MARK, _VETTED = "x-plancite-vetted", secrets.token_hex(16)


class SignInSettings(msgspec.Struct, frozen=True):
    """The way to sign in. ``user``, ``role`` and ``groups`` are names of headers, or of claims; "" where there is none.

    ``proxies`` are the addresses and networks whose headers count.
    """

    mode: Mode = Mode.NONE
    proxies: tuple[str, ...] = ()
    user: str = ""
    role: str = ""
    groups: str = ""

    def __post_init__(self) -> None:
        """Raise IndexerError for settings that let nobody in, or anybody."""
        if self.mode is Mode.PROXY and not (self.proxies and self.user):
            raise IndexerError("To sign in by a proxy, give its address (--trusted-proxy) and the user's header.")
        for address in self.proxies:
            try:
                ipaddress.ip_network(address)
            except ValueError as error:
                raise IndexerError(
                    f"{address!r} is no IP address and no network ({error}). Give one as in 127.0.0.1 or 10.0.0.0/28."
                ) from error

    @property
    def header_names(self) -> frozenset[str]:
        """The headers, in lower case, that say who somebody is."""
        named = (self.user, self.role, self.groups, _MARK) if self.mode is Mode.PROXY else ()
        return frozenset(name.lower() for name in named if name)

    def vet(self, headers: Iterable[tuple[bytes, bytes]], address: str) -> list[tuple[bytes, bytes]]:
        """``headers`` of a request from ``address`` without those that say who somebody is, unless it is a proxy's."""
        if self.mode is not Mode.PROXY:
            return list(headers)
        trusted, names = self._trusts(address), self.header_names
        claimed = names - {_MARK} if trusted else frozenset()
        kept = [
            (name, value)
            for name, value in headers
            if (n := name.decode("latin-1").lower()) in claimed or n not in names
        ]
        return [*kept, (_MARK.encode(), _VETTED.encode())] if trusted else kept

    def _trusts(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(ip, "ipv4_mapped", None) or ip
        return any(mapped in ipaddress.ip_network(network) for network in self.proxies)

    def by_headers(self, headers: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
        """What vetted headers say of somebody; nothing where one comes twice, which a client may have added."""
        found: dict[str, list[str]] = {}
        for name, value in headers:
            found.setdefault(name.lower(), []).append(value)
        given = {name: found.get(name.lower(), []) for name in (self.user, self.role, self.groups) if name}
        if found.get(_MARK) != [_VETTED] or any(len(values) > 1 for values in given.values()):
            return {}
        return {name: _decoded(values[0]) for name, values in given.items() if values}

    def name(self, claims: Mapping[str, Any]) -> str:
        """Whom the headers or claims name; "" for nobody, or for an address that the provider has not verified."""
        name = " ".join(str(claims.get(self.user) or "").split()) if self.user else ""
        unverified = self.user == "email" and claims.get("email_verified") is False
        return "" if unverified or len(name) > _LONGEST or not name.isprintable() else name

    def person(self, open_library: Callable[[], Library], claims: Mapping[str, Any]) -> Person | None:
        """Who the headers or claims name, with the role of the library's list or theirs; None for nobody.

        Raises LibraryError when the list cannot be read.
        """
        name = self.name(claims)
        if not name:
            return None
        roles = [Role[word.upper()] for word in _words(claims.get(self.role)) if word.upper() in Role.__members__]
        groups = _words(claims.get(self.groups))
        return read_people(open_library().backend).person(name, max(roles, default=None), groups)


def settings_from_environment() -> SignInSettings:
    """What ``VARIABLE`` says; nobody signs in where it is not set. Raises IndexerError."""
    text = os.environ.get(VARIABLE)
    if not text:
        return SignInSettings()
    try:
        return msgspec.json.decode(text, type=SignInSettings)
    except msgspec.MsgspecError as error:
        raise IndexerError(f"{VARIABLE} cannot be read ({error}). Start the server with: plancite serve") from error


def settings_text(settings: SignInSettings) -> str:
    """What to set ``VARIABLE`` to."""
    return msgspec.json.encode(settings).decode()


def check_provider(*files: Path) -> None:
    """Raise IndexerError unless the first of ``files`` with a section [auth] has all that a provider needs."""
    there = [(file.absolute(), _auth_section(file)) for file in files if file.is_file()]
    if not there:
        raise IndexerError(
            f"There is no file {files[0].absolute()}, which says how to sign in. Write one with a section [auth] that "
            f"has {', '.join(_AUTH)}: see docs/operating.md."
        )
    path, given = next(((path, auth) for path, auth in there if auth), there[0])
    if missing := [key for key in _AUTH if not given.get(key)]:
        raise IndexerError(
            f"{path} lacks {', '.join(missing)} in its section [auth]. Give them: see docs/operating.md."
        )


def _auth_section(path: Path) -> Mapping[str, Any]:
    try:
        auth = tomllib.loads(path.read_text("utf-8")).get("auth")
    except (OSError, ValueError) as error:
        raise IndexerError(
            f"{path.absolute()} cannot be read ({error}). Write it as docs/operating.md shows."
        ) from error
    return auth if isinstance(auth, dict) else {}


def _decoded(value: str) -> str:
    """A header's value, which proxies send in UTF-8 and servers read as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _words(value: object) -> Sequence[str]:
    """The entries of a list, or of a text with commas between."""
    entries = value if isinstance(value, list | tuple) else str(value or "").split(",")
    return [entry for each in entries if (entry := str(each).strip())]
