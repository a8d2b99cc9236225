"""Settings of a process that serves: tried in one of its own."""

import os
import platform
import subprocess
import sys

import pytest

from exporter.cli import tuning

THREADS = 6
MEGABYTES_EACH = 60
SHARING = "tuning.share_memory()"
TRIAL = """
import queue, threading
from pathlib import Path
from exporter.cli import tuning
{setting}

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20

def work(asked, answers):
    kept = []
    while asked.get():
        pieces = [bytes(9000) for _ in range({pieces})]
        kept.append(pieces[-1])  # so that what was freed before it cannot be given back
        del pieces
        answers.put(resident())

answers = queue.SimpleQueue()
threads = []
for _ in range({threads}):
    asked = queue.SimpleQueue()
    thread = threading.Thread(target=work, args=(asked, answers))
    thread.start()
    threads.append(asked)
before = resident()
for asked in threads:
    asked.put(True)
    after = answers.get()
for asked in threads:
    asked.put(False)
print(after - before)
"""


def kept_megabytes(setting: str) -> int:
    """Return what a process keeps after each of its threads needed much memory once."""
    pieces = MEGABYTES_EACH * 2**20 // 9000
    program = TRIAL.format(setting=setting, pieces=pieces, threads=THREADS)
    own = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run([sys.executable, "-c", program], env=own, capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.not_quick
def test_threads_use_again_what_others_freed() -> None:
    assert kept_megabytes(SHARING) < 2 * MEGABYTES_EACH
    if platform.libc_ver()[0] == "glibc":
        assert kept_megabytes("") > 3 * MEGABYTES_EACH, "then nothing has to be set any more"


def test_another_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    tuning.share_memory()
