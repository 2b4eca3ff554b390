"""Receivers of alerts: a small HTTP server and a small SMTP server on this machine, which keep what they get."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """Requests that came, as (headers in lower case, body); ``statuses`` are the replies to the first ones, then 204."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/plancite?to=office"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@contextmanager
def hook() -> Iterator[Hook]:
    """A webhook that is open."""
    kept = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            kept.paths.append(self.path)
            status = kept.statuses.pop(0) if kept.statuses else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://127.0.0.1:{kept.port}/elsewhere")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@dataclass
class Office:
    """Mail that came, as (sender, recipients, message); ``refuses`` are replies to the first RCPT commands."""

    port: int = 0
    refuses: list[str] = field(default_factory=list)
    got: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    greeted: list[str] = field(default_factory=list)


@contextmanager
def office() -> Iterator[Office]:
    """A mail server that is open and speaks as much SMTP (RFC 5321) as is needed, without TLS."""
    kept = Office()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 office.example")
            sender, recipients = "", list[str]()
            while line := self.rfile.readline().decode().strip():
                verb, _, rest = line.partition(" ")
                match verb.upper():
                    case "EHLO" | "HELO":
                        kept.greeted.append(rest)
                        self.say("250 office.example")
                    case "MAIL":
                        sender, recipients = rest.partition(":")[2].strip("<> ").split(">")[0], []
                        self.say("250 OK")
                    case "RCPT":
                        refusal = kept.refuses.pop(0) if kept.refuses else ""
                        recipients += [] if refusal else [rest.partition(":")[2].strip("<> ")]
                        self.say(refusal or "250 OK")
                    case "DATA":
                        self.say("354 go on")
                        data = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            data += part.removeprefix(b".")
                        message = message_from_bytes(data, policy=policy.default)
                        assert isinstance(message, EmailMessage)
                        kept.got.append((sender, recipients, message))
                        self.say("250 taken")
                    case "RSET":
                        self.say("250 OK")
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("502 what?")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
