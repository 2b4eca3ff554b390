"""An alert -> a signed POST to one address, as the Standard Webhooks specification has it (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import ssl
import time
from urllib.parse import urlsplit

from indexer.delivery import DeliveryError
from indexer.errors import IndexerError
from indexer.exporting.objects import alert_object
from indexer.types import Alert

#: What a secret begins with, before its bytes in base64, and how many bytes it has.
_PREFIX, _LEAST, _MOST = "whsec_", 24, 64
#: Seconds to wait for the receiver.
_WAIT = 15.0
#: Refusals that may be different later: a timeout, a conflict, too early, too many requests.
_LATER = (408, 409, 425, 429)


class Webhook:
    """Posts alerts to ``url``, each signed with ``secret``. Raises IndexerError for an address that is none."""

    name = "webhook"

    def __init__(self, url: str, secret: bytes) -> None:
        try:
            parts = urlsplit(url)
            self._port = parts.port
        except ValueError as error:
            raise IndexerError(f"The url of [webhook] is none ({error}).") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise IndexerError(f"The url of [webhook] is {url!r}. Give one that begins with https:// and a host name.")
        self._secure, self._host = parts.scheme == "https", parts.hostname
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._secret = secret

    def send(self, alert: Alert, pages: str) -> None:
        """Post it; redirects are not followed. Raises DeliveryError."""
        content = {"type": "answer.changed", "timestamp": alert.at, "data": alert_object(alert, pages)}
        body = json.dumps(content, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **signed_headers(self._secret, alert.id, int(time.time()), body)}
        try:
            connection = self._connect()
            try:
                connection.request("POST", self._path, body, headers)
                status = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"{self._host} cannot be reached ({error}).") from error
        if not 200 <= status < 300:
            final = 300 <= status < 500 and status not in _LATER
            raise DeliveryError(f"{self._host} answered {status}.", final=final)

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=_WAIT, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=_WAIT)


def signed_headers(secret: bytes, webhook_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers: HMAC-SHA256 over id, ``at``, seconds since 1970, and body, joined by dots."""
    signed = b".".join((webhook_id.encode(), str(at).encode(), body))
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": str(at), "webhook-signature": f"v1,{signature}"}


def read_secret(text: str) -> bytes:
    """The bytes of a secret as it is written, ``whsec_`` and base64. Raises IndexerError."""
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True) if text.startswith(_PREFIX) else b""
    except binascii.Error:
        secret = b""
    if not _LEAST <= len(secret) <= _MOST:
        raise IndexerError(
            f"The webhook's secret is {_PREFIX} and {_LEAST} to {_MOST} random bytes in base64. Make one with: "
            f"echo {_PREFIX}$(openssl rand -base64 32)"
        )
    return secret
