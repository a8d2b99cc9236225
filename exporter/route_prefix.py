"""The path below which a reverse proxy shows the daemon: its form, and paths without it."""

import re

MAX_LENGTH = 100

OWN = frozenset(
    {
        "-",
        "api",
        "audit",
        "connect",
        "digest",
        "favicon.ico",
        *(f"favicon-{state}.svg" for state in ("ok", "warning", "critical", "unknown")),
        "icon.svg",
        "jobs",
        "metrics",
        "notifications",
        "page.css",
        "page.js",
        "refused",
        "servers",
        "sign-in",
        "sign-out",
        "upload",
    }
)
"""How the daemon's own paths begin. They are answered without the prefix, too, so it is none."""

_FORM = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+", re.ASCII)
"""Only what is never written in another way (RFC 3986, 2.3), and no dots that lead upwards."""


def is_prefix(text: str) -> bool:
    """Return whether a text has the form of a prefix."""
    return len(text) <= MAX_LENGTH and _FORM.fullmatch(text) is not None


def parse(text: str) -> str:
    """Parse the option; an empty text is no prefix.

    Raises:
        ValueError: it has another form, or begins as one of the daemon's own paths.
    """
    if not text:
        return ""
    shown = text[: MAX_LENGTH + 1]
    if not is_prefix(text):
        message = f"{shown!r} is not a path: write /backups, with letters, digits and . _ ~ - only"
        raise ValueError(f"{message}, up to {MAX_LENGTH} characters, no slash at its end")
    if text.split("/")[1] in OWN:
        raise ValueError(f"{shown!r} begins like a path of the daemon itself: write /backups")
    return text


def below(path: str, prefix: str) -> str | None:
    """Return the rest of a path that is below a prefix; None where it is not."""
    if not prefix or not path.startswith(prefix):
        return None
    rest = path[len(prefix) :]
    return rest or "/" if rest[:1] in ("", "/") else None
