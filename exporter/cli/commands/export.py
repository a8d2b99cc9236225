"""duplistatus export: everything out of a database, whoever has it."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from exporter import config
from exporter.cli.import_summary import Reasons
from exporter.cli.output import folder_beside, output
from exporter.cli.progress import Tell, bar, progress
from exporter.config import Config
from exporter.exports import ExportError, Grid, History, Target, write_csv, write_jsonl
from exporter.store import Records, RunChoice, StoreError
from exporter.times import now

_RUNS_TOLD = 1000
_CHUNKS_TOLD = 64
"""After how many runs or chunks there is another word of how far it is."""

Entry = TypeVar("Entry")


def export_runs(chosen: argparse.Namespace) -> int:
    """Write every stored run as a row."""
    if chosen.messages and chosen.format == "csv":
        raise ExportError("a table has no room for log lines: ask for --format jsonl")
    records = Records(_settings(chosen).database)
    choice, left_out = _choice(chosen, records), _LeftOut()
    with _telling(chosen) as tell, output(chosen.output) as target:
        found = records.runs(choice, left_out.add, messages=chosen.messages)
        runs = _counted(found, _RUNS_TOLD, lambda count: tell(f"Writing runs: {count} done"))
        if chosen.format == "csv":
            write_csv(runs, target)
        else:
            write_jsonl(runs, target, messages=chosen.messages)
    return left_out.tell()


def export_openmetrics(chosen: argparse.Namespace) -> int:
    """Write the past as scrapes of it would have got it."""
    settings = _settings(chosen)
    records = Records(settings.database)
    grid = _grid(chosen, records)
    target = Target(chosen.job, chosen.instance)
    left_out = _LeftOut()
    with (
        _telling(chosen) as tell,
        output(chosen.output) as whole,
        History(grid, target, records.created(), folder_beside(chosen.output)) as history,
    ):
        _replay(records, settings, history, left_out, tell)
        written = history.write(whole)
        for _ in _counted(written, _CHUNKS_TOLD, lambda count: tell(f"Writing: {count} MiB done")):
            pass
    return left_out.tell()


class _LeftOut:
    """What can not be read: it keeps nothing else out."""

    def __init__(self) -> None:
        self._reasons = Reasons()

    def add(self, what: str, error: Exception) -> None:
        """Note what is left out, and why."""
        self._reasons.add(what, repr(error))

    def tell(self) -> int:
        """Say what is left out; return the exit code."""
        for line in self._reasons.lines("left out, for it can not be read"):
            sys.stderr.write(f"{line}\n")
        return int(self._reasons.count > 0)


def _telling(chosen: argparse.Namespace) -> AbstractContextManager[Tell]:
    """Say how far it is, but not amid an export that the terminal shows."""
    shown = chosen.output is None and sys.stdout.isatty()
    return nullcontext(lambda _: None) if shown else progress()


def _counted(entries: Iterable[Entry], every: int, tell: Callable[[int], None]) -> Iterator[Entry]:
    for count, entry in enumerate(entries):
        if count % every == 0:
            tell(count)
        yield entry


def _replay(
    records: Records, settings: Config, history: History, left_out: _LeftOut, tell: Tell
) -> None:
    """Let a history take in every job that it can, and every server."""
    job_ids = records.job_ids()
    for number, job_id in enumerate(job_ids):
        tell(f"{bar(number, len(job_ids))} Replaying the runs of {len(job_ids)} jobs")
        try:
            known = records.history(job_id)
            if known is not None:
                history.add_job(known, settings.policy)
        except (StoreError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - nothing is known of what a damaged job may raise
            left_out.add(f"job {job_id}", error)
    for server in records.servers():
        history.add_server(server)


def _settings(chosen: argparse.Namespace) -> Config:
    return config.load(vars(chosen), os.environ)


def _grid(chosen: argparse.Namespace, records: Records) -> Grid:
    """Return the moments to tell of; before the first run and in the future there is nothing."""
    present = now()
    first = records.first_arrival()
    begin = records.created() if first is None else first
    since = begin if chosen.since is None else max(begin, chosen.since)
    until = present if chosen.until is None else min(present, chosen.until)
    return Grid.between(since, until, chosen.step)


def _choice(chosen: argparse.Namespace, records: Records) -> RunChoice:
    given = {"since": chosen.since, "until": chosen.until, "server": chosen.server}
    if chosen.server is not None:
        known = records.servers()
        if not any(chosen.server in (str(each.id), each.name, each.alias) for each in known):
            raise ExportError(f"no server is called {chosen.server!r}: see duplistatus servers")
    choice = RunChoice(**{name: value for name, value in given.items() if value is not None})
    if choice.since >= choice.until:
        raise ExportError("--until has to lie behind --since: no run starts between them")
    return choice
