"""Names for texts of reports in addresses and forms, whatever such a text holds."""

import hashlib

_LENGTH = 16


def key_of(text: str) -> str:
    """Return what names a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_LENGTH]
