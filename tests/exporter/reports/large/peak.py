"""Reads one large body in a process of its own, and prints by how many bytes that grew it most.

Told of a number of threads, each of which reads it, it prints by how many bytes it is larger then.
"""

import contextlib
import sys
import threading
from pathlib import Path

from exporter.reports import ReportError, read_report
from tests.exporter.reports.large.bombs import BOMBS


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024


def _read(body: bytes) -> None:
    with contextlib.suppress(ReportError):
        read_report(body)


def main() -> None:
    """Read the body that the command line names."""
    name, *threads = sys.argv[1:]
    body = BOMBS[name]()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # begin the peak anew
    before = _memory("VmRSS")
    if not threads:
        _read(body)
        sys.stdout.write(f"{len(body)} {_memory('VmHWM') - before}\n")
        return
    for _ in range(int(threads[0])):
        reader = threading.Thread(target=_read, args=(body,))
        reader.start()
        reader.join()
    sys.stdout.write(f"{len(body)} {_memory('VmRSS') - before}\n")


if __name__ == "__main__":
    main()
