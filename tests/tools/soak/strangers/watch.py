"""What the daemon holds while it lives: memory, descriptors and files without a name."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_MAX_GROWTH_MEGABYTES = 64.0
"""More than what the C library keeps of freed memory differs by, and less than two of the largest
bodies that are leaked."""

_EARLY_SECONDS = 60.0
_WINDOW_SECONDS = 60.0
_PARTS = 3
"""A life that is too short for these is compared by its thirds."""

_DATABASE_FILES = 192
"""Each thread may have a connection to the database, which has three descriptors, and the daemon
counts on no more (`api/server/http_server.py`). How many there are depends on how many have read at
once."""

_MEGABYTE = 1024 * 1024


class Look(NamedTuple):
    """The memory at one time."""

    seconds: float
    """Since the life began."""
    megabytes: float


class Memory(NamedTuple):
    """What a life held. Of many looks the least: what is being worked on comes and goes."""

    early: float
    """A minute after its start."""
    late: float
    """In its end; of the last life at rest, when there is nothing to work on any more."""
    peak: float


class Descriptors(NamedTuple):
    """What a process has open."""

    others: int
    """Sockets, pipes and the like, each once however often it is open."""
    database: int
    deleted: int


def memory(looks: Sequence[Look], peak: float) -> Memory:
    """Return what a life held."""
    end = looks[-1].seconds
    early, window = min(_EARLY_SECONDS, end / _PARTS), min(_WINDOW_SECONDS, end / _PARTS)
    return Memory(_least(looks, early, early + window), _least(looks, end - window, end), peak)


def _least(looks: Sequence[Look], since: float, until: float) -> float:
    return min(look.megabytes for look in looks if since <= look.seconds <= until)


def grown(lives: Sequence[Memory]) -> Iterator[str]:
    """Yield where memory was more than before: within a life, or from the first to the last."""
    pairs = [(f"within life {number}", *life[:2]) for number, life in enumerate(lives, 1)]
    pairs.append(
        ("from the end of the first life to that of the last", lives[0].late, lives[-1].late)
    )
    for where, before, after in pairs:
        if after > before + _MAX_GROWTH_MEGABYTES:
            yield f"memory grew {where} from {before:.0f} to {after:.0f} MB"


def kept_open(idle: Descriptors, rested: Descriptors) -> Iterator[str]:
    """Yield what a daemon at rest has open more than it had before everything."""
    if rested.others != idle.others:
        yield f"{rested.others} descriptors are open at rest, {idle.others} were before"
    if rested.database > _DATABASE_FILES:
        yield f"{rested.database} descriptors of the database are open"
    if rested.deleted:
        yield f"{rested.deleted} files are open that are deleted"


def descriptors(pid: int, database: Path) -> Descriptors:
    """Look at what a process has open."""
    targets = list(_targets(pid))
    own = [target for target in targets if target.startswith(str(database))]
    deleted = [target for target in targets if target.endswith("(deleted)")]
    return Descriptors(len(set(targets) - set(own)), len(own), len(deleted))


def _targets(pid: int) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            yield str(descriptor.readlink())


def megabytes(pid: int) -> float:
    """Return the memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


def peak_megabytes(pid: int) -> float:
    """Return the most memory that a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024
