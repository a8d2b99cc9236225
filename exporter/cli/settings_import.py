"""Import of settings from another program, where nothing is set here yet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from exporter.cli.api_client import Client, Json, RefusedError
from exporter.cli.import_summary import Reasons, counted
from exporter.schedule.expressions import Off

Given = Mapping[str, str | None]
"""Settings by their names in the API; None stands for one that is not set there."""

_NAMES = ("alias", "note", "schedule", "tolerance")


class SettingsImport:
    """Sets what is not set for a server or a job here, and counts it; a dry run only counts."""

    def __init__(self, client: Client, *, dry_run: bool) -> None:
        """Use a client of the daemon, and read what is set there."""
        self._client = client
        self._dry_run = dry_run
        self._servers = _by_id(client.entries("/api/servers", "servers", {}))
        self._jobs = _by_id(client.entries("/api/jobs", "jobs", {}))
        self._counts: Counter[str] = Counter()
        self._off = 0
        self.refusals = Reasons()

    def adopt_server(self, server_id: int, given: Given) -> None:
        """Set an alias and a note if the server has none."""
        known = self._servers.get(server_id, {})
        self._set(f"/api/servers/{server_id}", given, known)

    def adopt_job(self, job_id: int, given: Given) -> None:
        """Set a schedule and a tolerance if no person set one for the job.

        A schedule from the configuration is not replaced either.
        """
        known = self._jobs.get(job_id, {})
        own = known.get("settings", {})
        if known.get("schedule", "auto") != "auto":
            given = {**given, "schedule": None}
        self._set(f"/api/jobs/{job_id}", given, own)

    def lines(self) -> Iterator[str]:
        """Yield the summary; of a dry run in the conditional."""
        would = "would be " if self._dry_run else ""
        if self._counts:
            counts = [counted(self._counts[name], name) for name in _NAMES if self._counts[name]]
            yield f"{', '.join(counts)} {would}set"
        if self._off:
            yield f"{counted(self._off, 'schedule')} of them {would}off: not monitored there"
        yield from self.refusals.lines("not set")

    def _set(self, path: str, given: Given, known: Json) -> None:
        wanted = {name: value for name, value in given.items() if value and not known.get(name)}
        if wanted:
            self._change(path, wanted, known)

    def _change(self, path: str, wanted: Json, known: Json) -> None:
        """Set all at once, since each change is a commit; one by one if one is refused."""
        try:
            if not self._dry_run:
                self._client.send("PATCH", path, wanted)
        except RefusedError as error:
            if len(wanted) == 1:
                self.refusals.add(path, str(error))
                return
            for name, value in wanted.items():
                self._change(path, {name: value}, known)
        else:
            known.update(wanted)
            self._counts.update(wanted.keys())
            self._off += wanted.get("schedule") == str(Off())


def _by_id(entries: Iterable[Json]) -> dict[int, Json]:
    return {entry["id"]: entry for entry in entries}
