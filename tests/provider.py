"""A small OpenID Connect provider, which signs in whomever one clicks on."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "plancite"


@contextmanager
def provider(people: Mapping[str, Mapping[str, Any]], port: int = 0) -> Iterator[str]:
    """Serves ``people``, claims by name, at the address that it gives, whose port is one that is free."""
    key = RSAKey.generate_key(2048, {"kid": "one"})
    codes: dict[str, tuple[str, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place, query = urlsplit(self.path), {n: v[0] for n, v in parse_qs(urlsplit(self.path).query).items()}
            if place.path == "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
                found = {name: f"{address}/{path}" for name, path in names.items()}
                self._send({"issuer": address, "id_token_signing_alg_values_supported": ["RS256"], **found})
            elif place.path == "/jwks":
                self._send({"keys": [key.as_dict(private=False)]})
            elif "person" in query:
                code = secrets.token_urlsafe()
                codes[code] = query["person"], query.get("nonce", "")
                self.send_response(302)
                self.send_header(
                    "Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
                )
                self.end_headers()
            else:
                links = "".join(f'<p><a href="{self.path}&person={name}">{name}</a></p>' for name in people)
                self._send(f"<h1>Who are you?</h1>{links}", "text/html")

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            name, nonce = codes.pop(form["code"][0])
            now = int(time.time())
            claims = {
                "iss": address,
                "aud": CLIENT,
                "sub": name,
                "iat": now,
                "exp": now + 600,
                "nonce": nonce,
                **people[name],
            }
            signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
            self._send({"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": signed})

        def _send(self, reply: object, kind: str = "application/json") -> None:
            body = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
