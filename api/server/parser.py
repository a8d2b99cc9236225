"""Parses a request, and refuses one that another program could read differently."""

import re
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver

from api.server.chunks import Buffer, Chunks

_LENGTHS = re.compile(rb"(?im)^content-length:|^transfer-encoding:|(?<=,)[ \t]*chunked[ \t]*\r?$")
"""Headers with a length, and a second coding in one of them."""

_DIGITS = re.compile(rb"(?im)^content-length:[ \t]*([0-9]+)")
_MAX_DIGITS = 18
"""Python refuses to read some thousands of digits, with an error that waitress does not expect."""


class Parser(HTTPRequestParser):
    """Refuses what a proxy in front may read differently, and so let a hidden request pass.

    RFC 9112 lets a server refuse folded lines (5.2) and has it refuse or close on two lengths
    (6.3, 11.2), and refuse two hosts or none (3.2); waitress takes them all.
    """

    body_rcv: Any = None
    headers: dict[str, str]
    command: str = ""
    path: str = ""
    query: str = ""

    def __init__(self, adj: Any, kept: Buffer) -> None:  # noqa: ANN401 - of waitress
        """Start a request whose body goes to a buffer."""
        super().__init__(adj)
        self._kept = kept

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request."""
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("A header is folded")
        headers = header_plus.lower()
        if (
            b"content-length" in headers or b"transfer-encoding" in headers
        ):  # most requests have no body
            _check_length(header_plus)
        if headers.count(b"\nhost:") > 1:
            raise ParsingError("Host is given twice")
        self._read(header_plus)
        if self.version != "1.1" and "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding needs HTTP/1.1")
        if self.version > "1.0" and "HOST" not in self.headers:
            raise ParsingError("Host is missing")  # HTTP/1.0, which health checks speak, has none
        if self.chunked:
            self.body_rcv = Chunks(self._kept)
        elif self.body_rcv is not None:
            self.body_rcv = FixedStreamReceiver(self.content_length, self._kept)

    def _read(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # waitress expects only some of what urlsplit raises
            raise ParsingError("The address of the request is invalid") from error
        connection = self.headers.get("CONNECTION")
        if connection is not None and "," in connection:
            self.headers["CONNECTION"] = _persistence(connection)


def _persistence(connection: str) -> str:
    """Return what a list of options says of the connection itself: waitress looks for one only."""
    options = [option.strip().lower() for option in connection.split(",")]
    return next((each for each in ("close", "keep-alive") if each in options), "")


def _check_length(header_plus: bytes) -> None:
    if len(_LENGTHS.findall(header_plus)) > 1:
        raise ParsingError("The length is given twice")
    if any(len(digits) > _MAX_DIGITS for digits in _DIGITS.findall(header_plus)):
        raise ParsingError("Content-Length is invalid")
