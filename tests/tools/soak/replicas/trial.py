"""Failures of each part under load: no report is given up, no acknowledged one is lost."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.tools.soak.replicas.cluster import Cluster
from tests.tools.soak.replicas.daemons import Daemons
from tests.tools.soak.replicas.senders import Ledger, Sender

SENDERS = 40
_BEFORE_SECONDS = 5.0
_AFTER_SECONDS = 10.0


class Fault(NamedTuple):
    """A failure: how a part is made to fail, and how it is repaired afterwards."""

    name: str
    strike: Callable[[Cluster, Daemons], None]
    mend: Callable[[Cluster, Daemons], None]


def _nothing(_cluster: Cluster, _daemons: Daemons) -> None:
    """Do nothing."""


def _kill_primary(cluster: Cluster, _daemons: Daemons) -> None:
    cluster.primary.kill()


def _start_dead(cluster: Cluster, _daemons: Daemons) -> None:
    for node in cluster.nodes:
        if not node.is_running:
            node.program.start()


def _freeze_primary(cluster: Cluster, _daemons: Daemons) -> None:
    cluster.primary.freeze()


def _thaw(cluster: Cluster, _daemons: Daemons) -> None:
    for node in cluster.nodes:
        node.thaw()


FAULTS = (
    Fault("nothing", _nothing, _nothing),
    Fault("switch over", lambda cluster, _: cluster.switch_over(), _nothing),
    Fault("kill PostgreSQL", lambda cluster, _: cluster.primary.kill_postmaster(), _nothing),
    Fault("kill a daemon", lambda _, daemons: daemons.kill(0), lambda _, daemons: daemons.start(0)),
    Fault("stop a daemon", lambda _, daemons: daemons.stop(1), lambda _, daemons: daemons.start(1)),
    Fault("kill the primary's machine", _kill_primary, _start_dead),
    Fault("freeze the primary's machine", _freeze_primary, _thaw),
)


def run(folder: Path, seconds: float) -> list[str]:
    """Cause each failure for some seconds under load; print a table; return what went wrong."""
    folder.chmod(0o755)
    cluster = Cluster(folder)
    wrong: list[str] = []
    try:
        cluster.start()
        with Daemons(folder, cluster.url).running() as daemons:
            sys.stdout.write("fault | acknowledged | given up | gone | twice | longest pause s\n")
            for fault in FAULTS:
                wrong += _tried(fault, cluster, daemons, seconds)
    finally:
        cluster.stop()
    return wrong


def _tried(fault: Fault, cluster: Cluster, daemons: Daemons, seconds: float) -> Iterator[str]:
    ledger = Ledger()
    with sending(daemons.port, ledger, SENDERS):
        time.sleep(_BEFORE_SECONDS)
        fault.strike(cluster, daemons)
        time.sleep(seconds)
        fault.mend(cluster, daemons)
        cluster.wait_until_whole()
        time.sleep(_AFTER_SECONDS)
    stored = cluster.runs()
    gone = sum(each not in stored for each in ledger.acknowledged)
    twice = sum(stored.get(each, 0) > 1 for each in ledger.acknowledged)
    figures = (len(ledger.acknowledged), ledger.given_up, gone, twice)
    shown = " | ".join(map(str, figures))
    sys.stdout.write(f"{fault.name} | {shown} | {ledger.longest_pause:.1f}\n")
    sys.stdout.flush()
    for count, what in ((ledger.given_up, "given up"), (gone, "gone"), (twice, "twice")):
        if count:
            yield f"{fault.name}: {count} reports {what}"
    if not daemons.agree():
        yield f"{fault.name}: the daemons answer differently"


@contextmanager
def sending(port: int, ledger: Ledger, count: int) -> Iterator[None]:
    """Let so many senders report meanwhile."""
    stopping = threading.Event()
    senders = [Sender(port, number, ledger, stopping) for number in range(count)]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        stopping.set()
        for sender in senders:
            sender.join()
