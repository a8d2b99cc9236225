"""From scrapes to the blocks of a Prometheus: one OpenMetrics file, then promtool."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from exporter.times import SECOND
from tests.support.process.commands import needed
from tests.tools.synthetic.scrapes import Scrape

_TARGET = rb'instance="localhost:9666",job="duplistatus"'
"""The labels that Prometheus adds, with the documented configuration."""

_HELP = b"# HELP "
_MAX_BLOCK = "768h"


class _Family(NamedTuple):
    head: bytes
    samples: bytes


class _Families:
    """Samples by family, each in a file: in OpenMetrics those of a family are together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir()
        self._files: dict[bytes, BinaryIO] = {}
        self._open = ExitStack()

    def add(self, scrape: Scrape) -> None:
        """Add a scrape's samples, each followed by its time."""
        time = b" %d\n" % (scrape.at // SECOND)
        for name, family in _families(scrape.exposition).items():
            file = self._files.get(name) or self._begin(name, family.head)
            file.write(time.join([*map(_targeted, family.samples.split(b"\n")), b""]))

    def join(self, path: Path) -> None:
        """Write all families into one file."""
        self._open.close()
        with path.open("wb") as whole:
            for name in self._files:
                with (self._folder / name.decode()).open("rb") as part:
                    shutil.copyfileobj(part, whole)
            whole.write(b"# EOF\n")
        shutil.rmtree(self._folder)

    def _begin(self, name: bytes, head: bytes) -> BinaryIO:
        file = self._open.enter_context((self._folder / name.decode()).open("wb"))
        file.write(head)
        self._files[name] = file
        return file


def backfill(scrapes: Iterable[Scrape], blocks: Path, folder: Path) -> None:
    """Make the blocks of a Prometheus that had scraped all this; `folder` is for what passes."""
    families = _Families(folder / "families")
    for scrape in scrapes:
        families.add(scrape)
    whole = folder / "history.openmetrics"
    families.join(whole)
    command = [needed("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
    longest = f"--max-block-duration={_MAX_BLOCK}"
    subprocess.run([*command, longest, whole, blocks], check=True)
    whole.unlink()


def _targeted(sample: bytes) -> bytes:
    """Add the target's labels. A name has no brace: the first one, if any, opens the labels."""
    if b"{" in sample:
        return sample.replace(b"{", b"{" + _TARGET + b",", 1)
    return sample.replace(b" ", b"{" + _TARGET + b"} ", 1)


def _families(exposition: bytes) -> dict[bytes, _Family]:
    """Split an exposition by family. Of a duplicate the second one counts."""
    pieces = exposition.removesuffix(b"\n").removeprefix(_HELP).split(b"\n" + _HELP)
    return dict(_named_families(pieces))


def _named_families(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, _Family]]:
    for piece in pieces:
        help_text, kind, *samples = piece.split(b"\n", 2)
        if samples:
            yield (
                help_text.split(b" ", 1)[0],
                _Family(_HELP + help_text + b"\n" + kind + b"\n", samples[0]),
            )
