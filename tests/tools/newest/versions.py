"""Which version of a package lies unpacked: some of its programs cannot say it themselves."""

import gzip
import re
from pathlib import Path

_FIRST = re.compile(r"\S+ \((?P<version>[^)]+)\)")


def version(unpacked: Path) -> str:
    """Return the version of an unpacked Debian package, as its changelog begins with it."""
    (changelog,) = unpacked.glob("usr/share/doc/*/changelog.Debian.gz")
    with gzip.open(changelog, "rt", encoding="utf-8") as text:
        found = _FIRST.match(text.readline())
    assert found is not None, changelog
    return found["version"]
