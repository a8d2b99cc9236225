"""A real PostgreSQL in its own folder, on a Unix socket."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_USER = "postgres"
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=300",
    "listen_addresses=",
    "autovacuum=off",
)


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs, or of the configured one."""
    given = os.environ.get("POSTGRES_PROGRAMS")
    if given is not None:
        return Path(given)
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return max(found, key=lambda path: int(path.parent.name), default=None)


class Postgres:
    """One server. PostgreSQL refuses to run as root, so it runs as its own user there."""

    def __init__(self, folder: Path, programs: Path, settings: tuple[str, ...] = _SETTINGS) -> None:
        self.folder = folder
        self._programs = programs
        self._settings = settings
        self._data = folder / "data"

    def make(self) -> None:
        """Make its files."""
        self.folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        options = ("-U", _USER, "-A", "trust", "-N", "--locale=C", "-E", "UTF8")
        self.run("initdb", "-D", self._data, *options)

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of its programs to the end."""
        command = self.as_its_user(self._programs / program, *arguments)
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def as_its_user(self, *command: str | Path) -> list[str]:
        """Return a command that runs as the user of the server."""
        plain = [str(each) for each in command]
        if os.geteuid() != 0:
            return plain
        return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups", *plain]

    def start(self) -> None:
        """Start it and wait until it answers."""
        given = (*self._settings, f"unix_socket_directories={self.folder}")
        settings = " ".join(f"-c {each}" for each in given)
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self._data, "-l", log, "-o", settings, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast`, or `immediate` as in a crash."""
        self.run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    @property
    def pid(self) -> int:
        """Its postmaster."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database and return its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def set(self, url: str, setting: str, value: str) -> None:
        """Make all sessions of a database start with a setting."""
        with psycopg.connect(url, autocommit=True) as connection:
            database = connection.info.dbname
            connection.execute(f"ALTER DATABASE \"{database}\" SET {setting} = '{value}'")

    def drop(self, database: str) -> None:
        """Remove a database, even while it is in use."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


@contextmanager
def running(folder: Path, settings: tuple[str, ...] = _SETTINGS) -> Iterator[Postgres]:
    """Run a server for tests: its files are temporary, so it need not wait for the disk."""
    programs = binaries()
    assert programs is not None, "apt-get install postgresql, as tests/run does"
    server = Postgres(folder, programs, settings)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
