"""A way to a server: bytes are passed on, with headers added to requests, until the line is cut."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

#: The first line of a request; a browser awaits the answer before it sends another one on a connection.
_REQUEST = re.compile(rb"[A-Z]+ /\S* HTTP/1\.1\r\n")


class Proxy:
    """Listens on ``port`` of this machine for a server on another; safe to cut and mend from any thread."""

    def __init__(self, server: int, headers: Mapping[str, str] | None = None) -> None:
        self._server = server
        self._added = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items()).encode("ascii")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break what is connected; nobody gets through from now on."""
        self._cut = True
        for line in self._open:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._listening.close()
        for line in self._open:
            line.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                ours, _ = self._listening.accept()
                if self._cut:
                    ours.close()
                    continue
                theirs = socket.create_connection(("127.0.0.1", self._server))
                self._open += [ours, theirs]
                for one, other in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                request = _REQUEST.match(data)
                other.sendall(request[0] + self._added + data[request.end() :] if request else data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
