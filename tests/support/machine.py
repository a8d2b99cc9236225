"""A daemon on a machine whose clock people and programs set."""

from pathlib import Path

from exporter.store.retention import Pruner, RetentionPolicy
from exporter.times import DAY, MINUTE, Millis, parse_timestamp
from tests.support.daemon import Clock, Daemon
from tests.support.reports_builder import duplicati_report

YEARS = 11 * 365 * DAY
LONG_AGO = parse_timestamp("2020-01-01T00:00:00Z")
DISAGREES, JUMPS = "duplistatus_clock_disagrees", "duplistatus_clock_jumps_total"


class Machine:
    """A daemon and the clock of its machine, which people and programs set."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.count = Clock(), Clock(0)
        self.daemon = Daemon(folder, self.clock, self.count)

    def wait(self, length: Millis) -> None:
        """Let time pass; the daemon looks at the clock meanwhile."""
        self.clock.now += length
        self.count.now += length
        self.daemon.timekeeper.run_once()

    def set(self, now: Millis) -> None:
        """Set the clock while the daemon runs."""
        self.clock.now = now
        self.wait(0)

    def restart(self, now: Millis) -> None:
        """Start the daemon again, by a clock that says so."""
        self.daemon.timekeeper.mark()
        self.clock.now, self.count.now = now, 0
        self.daemon.restart()
        self.wait(0)

    def report(
        self, backup: str = "Documents", *, at: Millis | None = None, **told: object
    ) -> None:
        """Let a run end that began ten minutes ago, by the right clock or as this one says."""
        began = (self.clock.now if at is None else at) - 10 * MINUTE
        body = duplicati_report(began=began, duration=9 * MINUTE, backup=backup, **told)  # type: ignore[arg-type] # by name
        self.daemon.upload(body)

    def sweep(self) -> None:
        """Remove what is older than a month."""
        retention = RetentionPolicy(runs=30 * DAY, messages=30 * DAY)
        Pruner(
            self.daemon.store, retention, self.clock, self.daemon.timekeeper.is_trusted
        ).prune_once()

    def runs(self) -> list[dict[str, str]]:
        """Return the runs, newest first."""
        found: list[dict[str, str]] = self.daemon.get("/api/backups", limit=100)["backups"]
        return found

    def last(self) -> dict[str, str]:
        """Return the server's last run."""
        found: dict[str, str] = self.daemon.get("/api/lastbackup/nas")["lastBackup"]
        return found

    def job(self, name: str = "Documents") -> dict[str, object]:
        """Return a job."""
        (found,) = [job for job in self.daemon.get("/api/jobs")["jobs"] if job["name"] == name]
        return dict(found)

    def updated(self) -> str:
        """Return when the newest report came."""
        return str(self.daemon.get("/api/summary")["lastUpdated"])

    def page(self) -> str:
        """Return the overview."""
        return self.daemon.client.simulate_get("/").text
