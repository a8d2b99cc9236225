"""Remove from the image what libraries bring and the daemon never uses: a third of their size."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from exporter.language import LANGUAGES

_SITE = Path(sysconfig.get_path("purelib"))
_KEPT_TABLES = {f"{name}.dat" for name in ("root", *LANGUAGES)}
"""What Babel knows of every language, and of those of the page."""


def _unused() -> Iterator[Path]:
    """Yield what is removed."""
    for table in (_SITE / "babel/locale-data").glob("*.dat"):
        if table.name not in _KEPT_TABLES:
            yield table
    # Messages are written in English, and not by Apprise.
    yield from (_SITE / "apprise/i18n").glob("*/LC_MESSAGES")
    # Debug information mostly; PyYAML works without it, and no YAML is read.
    yield from (_SITE / "yaml").glob("_yaml.*.so")
    yield from (_SITE / name for name in ("falcon/bench", "falcon/testing", "certifi/tests"))


def main() -> None:
    """Remove it."""
    for path in list(_unused()):
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink()


if __name__ == "__main__":
    main()
