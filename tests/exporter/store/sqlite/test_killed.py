"""A process that is killed at any moment leaves a report with its change, or neither."""

import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from exporter.store import RunFilter
from exporter.store.sqlite import Store

pytestmark = pytest.mark.not_quick

_RECORD = """
import itertools, os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from exporter.store.sqlite import Store
from tests.support.deliver import deliver
from tests.support.replicas import body
from tests.support.watching import failing

store = Store(Path(sys.argv[1]), watch=failing)

def send(sender):
    for number in itertools.count():
        status = "Success" if number % 2 else "Fatal"
        recorded = deliver(store, body(number, f"s{sender}", status=status))
        os.write(1, b"%d\\n" % recorded.run_id)

with ThreadPoolExecutor(4) as pool:
    list(pool.map(send, range(4)))
"""
_ACKNOWLEDGED = (1, 7, 60)


@pytest.mark.parametrize("acknowledged", _ACKNOWLEDGED)
def test_a_kill_leaves_each_report_with_its_change(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "reports.sqlite"
    command = [sys.executable, "-c", _RECORD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ids = {int(process.stdout.readline()) for _ in range(acknowledged)}
        process.kill()
    with closing(Store(path)) as store:
        changes = store.outbox.changes()
        runs = sorted(each.stored.id for each in store.runs(RunFilter(), None, 10_000))
    assert [each.run_id for each in changes] == runs
    assert ids <= set(runs)
    for job_id in {each.job_id for each in changes}:
        held = [each.held for each in changes if each.job_id == job_id]
        assert all(first != second for first, second in pairwise(held))
