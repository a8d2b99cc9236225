"""The elements of a list in JSON one after the other, none of them decoded."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]|[^\s,:\[\]{}"]++', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"

MAX_TOKENS = 2_000_000
"""Texts, numbers and brackets that are read: some three millions take a second."""

LEFT_OUT = b"null"
"""What is yielded instead of all elements after those that are read."""


def elements(raw: memoryview, most: int = MAX_TOKENS) -> Iterator[bytes]:
    """Yield the elements of a list, each as it is written.

    Args:
        raw: the whole list, from ``[`` to ``]``, in JSON that is known to be valid.
        most: how many tokens to read.
    """
    depth = start = 0
    for place, token in enumerate(_TOKEN.finditer(raw, 1, len(raw) - 1)):
        if place == most:
            yield LEFT_OUT
            return
        sign = raw[token.start()]
        if sign in _OPENING:
            start = start if depth else token.start()
            depth += 1
        elif sign in _CLOSING:
            depth -= 1
            if not depth:
                yield bytes(raw[start : token.end()])
        elif not depth:
            yield bytes(raw[token.start() : token.end()])
