"""Draws the overview. Needs npm, Debian's chromium, pngquant and prometheus, and two minutes."""

import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from tests.support.process.commands import needed
from tests.tools.synthetic.history import History, thirty_days

_FOLDER = Path(__file__).parent
_PICTURE = _FOLDER.parents[2] / "docs" / "overview.png"
_SIZE = (1600, 2556)
"""Pixels: the 24 columns, and all rows but those of the panel that is left out."""

_FLAGS = (
    "--headless",
    "--no-sandbox",  # has no use for pages of one's own, and root cannot have it
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    "--virtual-time-budget=20000",
    f"--window-size={_SIZE[0]},{_SIZE[1]}",
    f"--screenshot={_PICTURE}",
)


_SMALLER = ("--force", "--strip", "--speed=1", "--nofs", f"--output={_PICTURE}", "128")
"""A palette, without dithering: a third of the bytes, and letters as sharp as before."""


def main() -> None:
    """Bundle the page, make the fleet's history and draw the page with it."""
    npm = needed("npm")
    subprocess.run([npm, "ci"], cwd=_FOLDER, check=True)
    subprocess.run([npm, "run", "bundle"], cwd=_FOLDER, check=True)
    with tempfile.TemporaryDirectory() as folder, thirty_days(Path(folder)) as history:
        _draw(history, Path(folder) / "chromium")


def _draw(history: History, profile: Path) -> None:
    asked = urlencode({"prometheus": history.url, "at": history.end // 1000})
    page = f"{(_FOLDER / 'page' / 'index.html').as_uri()}?{asked}"
    command = [needed("chromium"), *_FLAGS, f"--user-data-dir={profile}", page]
    subprocess.run(command, check=True)
    subprocess.run([needed("pngquant"), *_SMALLER, _PICTURE], check=True)


if __name__ == "__main__":
    main()
