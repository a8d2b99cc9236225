"""Reads one large body in a process of its own, and prints by how many bytes that grew it most."""

import contextlib
import sys
from pathlib import Path

from exporter.reports import ReportError, read_report
from tests.exporter.reports.large.bombs import BOMBS


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) * 1024


def main() -> None:
    """Read the body that the command line names."""
    body = BOMBS[sys.argv[1]]()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # begin the peak anew
    before = _memory("VmRSS")
    with contextlib.suppress(ReportError):
        read_report(body)
    sys.stdout.write(f"{len(body)} {_memory('VmHWM') - before}\n")


if __name__ == "__main__":
    main()
