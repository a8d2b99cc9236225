"""How long a name may be: each is in some forty series of Prometheus."""

import hashlib

MAX_BYTES = 255
"""Of a name in UTF-8. Real ones have a few dozen; no file system accepts a longer one."""

_HASHED = 8
_FIRST = MAX_BYTES - _HASHED - 1
_SURELY_SHORT = MAX_BYTES // 4


def short_name(name: str) -> str:
    """Return a name, or of one that is too long what fits, ``~`` and eight digits.

    The digits are those of a hash of all of it, so that two names with the same start stay two.
    """
    if len(name) <= _SURELY_SHORT:
        return name
    written = name.encode(errors="surrogatepass")
    if len(written) <= MAX_BYTES:
        return name
    digits = hashlib.sha256(written).hexdigest()[:_HASHED]
    return f"{written[:_FIRST].decode(errors='ignore')}~{digits}"
