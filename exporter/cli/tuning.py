"""How Python and its memory are set for a process that serves for months."""

import ctypes
import gc
import sys

_ALLOCATIONS = 20_000
"""Between two collections of new objects: the garbage of some hundred reports."""

_SWITCH_SECONDS = 0.002
"""For so long a thread may keep the interpreter's lock when another waits for it. With Python's own
5 ms one wait in a hundred took nearly twice as long; a shorter interval gains nothing."""

_M_ARENA_MAX = -8
"""From malloc.h of the GNU C library, mallopt(3)."""


def hold_gc() -> None:
    """Keep Python's garbage collector from scanning what is read at the start: none is garbage.

    With a hundred thousand jobs it took longer than reading them.
    """
    gc.collect()
    gc.disable()


def tune_gc() -> None:
    """Keep Python's garbage collector from scanning long-lived objects repeatedly.

    With ten thousand jobs that took a quarter of a scrape and a tenth of an upload.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    gc.enable()


def switch_sooner() -> None:
    """Let a thread that waits for the interpreter's lock have it sooner."""
    sys.setswitchinterval(_SWITCH_SECONDS)


def share_memory() -> None:
    """Let threads use again what another one freed. To be called before there are any.

    The GNU C library gives each thread memory of its own, and keeps it for that one. With a hundred
    thousand jobs each thread that had answered a plain scrape kept 400 MB. Other libraries share.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)
