"""Where a library on Milvus is: a server or cluster by its URI, or Milvus Lite in a file ending in .db."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from indexer.errors import LibraryError

DEFAULT_PORT = 19530
#: Holds "user:password" or an API key, so that it need not stand in a URI.
#: Prefix of the tables in a file of Milvus Lite: the product's earlier name, which existing files have.
LITE_NAME = "planlens"
TOKEN_VARIABLE = "PLANCITE_MILVUS_TOKEN"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True, slots=True)
class Address:
    """``location`` is as people read it, without a password; ``name`` begins the names of the collections.

    ``uri`` is what pymilvus connects to; "" with Milvus Lite, whose data lie at ``lite``.
    """

    location: str
    name: str
    uri: str
    token: str = field(default="", repr=False)
    lite: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder on this machine for files kept beside the library."""
        if self.lite:
            return self.lite.with_suffix(".files")
        base = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", self.location)
        earlier = base / "planlens" / name  # the product's earlier name; files kept under it stay where they are
        return earlier if earlier.is_dir() else base / "plancite" / name


def read_address(location: str) -> Address:
    """Read ``milvus://host:port/name``, ``milvus+tls://…`` or a path ending in .db. Raises LibraryError."""
    if not location.startswith(("milvus://", "milvus+tls://")):
        path = Path(location)
        return Address(str(path), LITE_NAME, "", lite=path.absolute())
    parts = urlsplit(location)
    try:
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host, port = None, DEFAULT_PORT
    name = parts.path.strip("/")
    if not host or not _NAME.fullmatch(name):
        raise LibraryError(
            f"{parts.scheme}://{host or '?'}{parts.path} names no library on Milvus. Write it as "
            "milvus://host:port/name, the name of letters, digits and underscores."
        )
    given = ":".join(unquote(part) for part in (parts.username, parts.password) if part)
    scheme = "https" if parts.scheme == "milvus+tls" else "http"
    shown = f"{parts.scheme}://{host}:{port}/{name}"
    return Address(shown, name, f"{scheme}://{host}:{port}", given or os.environ.get(TOKEN_VARIABLE, ""))
