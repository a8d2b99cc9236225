"""Two PostgreSQL that Patroni manages, one of them the primary, and etcd, which stores which."""

import contextlib
import json
import os
import signal
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import yaml

from tests.support.postgres import binaries
from tests.tools.soak.replicas.programs import Program, free_port, own, wait_for

_TTL, _LOOP = 20, 5
"""Seconds: how long a primary may be missing, and how often Patroni checks."""

_RUNS = """
SELECT servers.name, runs.began, count(*) FROM runs JOIN jobs ON jobs.id = runs.job_id
JOIN servers ON servers.id = jobs.server_id GROUP BY 1, 2"""

_HBA = ["local all all trust", "host all all 127.0.0.1/32 trust"]
_HBA_REPLICATION = "host replication all 127.0.0.1/32 trust"


class Node:
    """A PostgreSQL with its Patroni, as on one machine."""

    def __init__(self, name: str, folder: Path, etcd_port: int) -> None:
        self.name = name
        self.port, self.rest_port = free_port(), free_port()
        self._data = own(folder) / "data"
        path = folder / "patroni.yaml"
        path.write_text(yaml.safe_dump(self._settings(folder, etcd_port)), encoding="utf-8")
        log = folder / "log"
        self.program = Program(["/usr/bin/patroni", str(path)], log, as_postgres=True)

    def _settings(self, folder: Path, etcd_port: int) -> dict[str, object]:
        rest, own_address = f"127.0.0.1:{self.rest_port}", f"127.0.0.1:{self.port}"
        cluster = {
            "ttl": _TTL,
            "loop_wait": _LOOP,
            "retry_timeout": _LOOP,
            "synchronous_mode": True,
            "postgresql": {"use_pg_rewind": True, "parameters": {"wal_log_hints": "on"}},
        }
        return {
            "scope": "duplistatus",
            "name": self.name,
            "restapi": {"listen": rest, "connect_address": rest},
            "etcd3": {"hosts": f"127.0.0.1:{etcd_port}"},
            "bootstrap": {"dcs": cluster, "initdb": [{"encoding": "UTF8"}, {"locale": "C"}]},
            "postgresql": {
                "listen": own_address,
                "connect_address": own_address,
                "data_dir": str(self._data),
                "bin_dir": str(binaries()),
                "pgpass": str(folder / "pgpass"),
                "pg_hba": [*_HBA, _HBA_REPLICATION],
                "parameters": {"unix_socket_directories": str(folder), "max_connections": 100},
                "authentication": {
                    "superuser": {"username": "postgres", "password": "unused"},
                    "replication": {"username": "replicator", "password": "unused"},
                    "rewind": {"username": "rewinder", "password": "unused"},
                },
            },
        }

    @property
    def is_primary(self) -> bool:
        """Whether it is the one that accepts writes."""
        return self._ask("/primary")

    @property
    def is_synchronous(self) -> bool:
        """Whether it is the standby that has each commit before it is acknowledged."""
        return self._ask("/synchronous")

    def _ask(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest_port}{path}", timeout=2):
                return True
        except (OSError, urllib.error.HTTPError):
            return False

    @property
    def is_running(self) -> bool:
        """Whether its Patroni answers at all."""
        return self._ask("/liveness") or self._ask("/health")

    def freeze(self) -> None:
        """Suspend all its processes, also those of PostgreSQL, which are in their own groups."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume its processes."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill all its processes, like a loss of power."""
        self._signal(signal.SIGKILL)

    def kill_postmaster(self) -> None:
        """Kill only PostgreSQL's first process."""
        _kill_all([self._postmaster()], signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        postmaster = self._postmaster()
        self.program.signal(number)
        _kill_all([*_children(postmaster), postmaster], number)

    def _postmaster(self) -> int:
        try:
            return int((self._data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0


class Cluster:
    """Both nodes and etcd."""

    def __init__(self, folder: Path) -> None:
        client, peer = free_port(), free_port()
        etcd = own(folder / "etcd")
        urls = {"client": f"http://127.0.0.1:{client}", "peer": f"http://127.0.0.1:{peer}"}
        options = {
            "--name": "one",
            "--data-dir": str(etcd / "data"),
            "--listen-client-urls": urls["client"],
            "--advertise-client-urls": urls["client"],
            "--listen-peer-urls": urls["peer"],
            "--initial-advertise-peer-urls": urls["peer"],
            "--initial-cluster": f"one={urls['peer']}",
        }
        command = ["/usr/bin/etcd", *(each for pair in options.items() for each in pair)]
        self._etcd = Program(command, etcd / "log", as_postgres=True)
        self.nodes = [Node(name, folder / name, client) for name in ("a", "b")]

    @property
    def url(self) -> str:
        """The address of the database, whichever node has it."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://postgres@{hosts}/postgres"

    def start(self) -> None:
        """Start all and wait for a primary and its standby."""
        self._etcd.start()
        for node in self.nodes:
            node.program.start()
        self.wait_until_whole()

    def wait_until_whole(self) -> None:
        """Wait for a primary and a standby that has each of its commits."""
        wait_for(lambda: any(node.is_primary for node in self.nodes), "no primary")
        wait_for(lambda: any(node.is_synchronous for node in self.nodes), "no standby")

    @property
    def primary(self) -> Node:
        """The node that accepts writes now."""
        return next(node for node in self.nodes if node.is_primary)

    def switch_over(self) -> None:
        """Make the standby the primary, as for an upgrade."""
        primary = self.primary
        request = urllib.request.Request(
            f"http://127.0.0.1:{primary.rest_port}/switchover",
            data=json.dumps({"leader": primary.name}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60):
            pass

    def runs(self) -> dict[tuple[str, int], int]:
        """Return how often each run is stored, by its server's name and its start."""
        with psycopg.connect(f"{self.url}?target_session_attrs=read-write") as connection:
            return stored_runs(connection)

    def stop(self) -> None:
        """End everything."""
        for node in self.nodes:
            node.thaw()
            node.kill()
        self._etcd.kill()


def stored_runs(connection: psycopg.Connection) -> dict[tuple[str, int], int]:
    """Return how often each run is stored, by its server's name and its start."""
    return {(name, began): count for name, began, count in connection.execute(_RUNS)}


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in text.split()]


def _kill_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        if pid > 0:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
