"""An alert -> a message in plain text, handed to the office's mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum

from indexer.delivery import DeliveryError
from indexer.errors import IndexerError
from indexer.exporting.alerts import alert_lines, alert_title
from indexer.types import Alert

#: Seconds to wait for the server.
_WAIT = 30.0
#: Replies from which on a refusal is final (RFC 5321).
_FINAL = 500


class Tls(StrEnum):
    """How the way to the server is encrypted: from the start, after a greeting, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Mail:
    """Mails alerts from one address to others. Raises IndexerError for an address that is none, or none at all."""

    name = "mail"

    def __init__(
        self,
        server: str,
        port: int,
        sender: str,
        recipients: tuple[str, ...],
        tls: Tls = Tls.STARTTLS,
        user: str = "",
        password: str = "",
    ) -> None:
        if not recipients:
            raise IndexerError('[mail] names nobody to mail to. Give addresses as a list: to = ["…"]')
        self._sender, self._recipients = _address(sender), tuple(map(_address, recipients))
        if user and tls is Tls.NONE:
            raise IndexerError('[mail] would send a password in the clear. Leave `user` out, or set tls = "starttls".')
        self._server, self._port, self._tls = server, port, tls
        self._user, self._password = user, password

    def send(self, alert: Alert, pages: str) -> None:
        """Hand it to the server. Raises DeliveryError."""
        try:
            with self._connect() as connection:
                if self._user:
                    connection.login(self._user, self._password)
                connection.send_message(self.message(alert, pages))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryError(
                f"{self._server} refuses all addresses ({error}).", final=min(codes) >= _FINAL
            ) from error
        except smtplib.SMTPResponseException as error:
            final = error.smtp_code >= _FINAL and not isinstance(error, smtplib.SMTPAuthenticationError)
            raise DeliveryError(f"{self._server} answered {error.smtp_code}.", final=final) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"{self._server} cannot be reached ({error}).") from error

    def message(self, alert: Alert, pages: str) -> EmailMessage:
        """The message; its Message-ID is the alert's, by which mail programs know one that comes again."""
        message = EmailMessage()
        message["Subject"] = " ".join(alert_title(alert).split())
        message["From"] = self._sender
        message["To"] = self._recipients
        message["Message-ID"] = f"<{alert.id}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # so that no holiday note answers it (RFC 3834)
        message.set_content("\n".join(alert_lines(alert, pages)) + "\n")
        return message

    def _connect(self) -> smtplib.SMTP:
        # by the sender's domain, since by default this machine's name would be looked up
        server, port, name = self._server, self._port, self._sender.domain
        if self._tls is Tls.TLS:
            return smtplib.SMTP_SSL(server, port, name, timeout=_WAIT, context=ssl.create_default_context())
        connection = smtplib.SMTP(server, port, name, timeout=_WAIT)
        if self._tls is Tls.STARTTLS:
            try:
                connection.starttls(context=ssl.create_default_context())
            except BaseException:
                connection.close()
                raise
        return connection


def _address(text: str) -> Address:
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise IndexerError(f"{text!r} in [mail] is no address ({error}).") from error
    if not found.username or not found.domain or not text.isascii() or not text.isprintable():
        raise IndexerError(f"{text!r} in [mail] is no address. Give one such as office@example.org.")
    return found
