"""duplistatus export: everything out of a database, whoever has it."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypeVar

from exporter import config
from exporter.cli.output import output
from exporter.cli.progress import Tell, progress
from exporter.config import Config
from exporter.export import ExportError, Grid, History, Target, write_csv, write_jsonl
from exporter.store import Records, RunChoice, StoreError
from exporter.times import now

_SOME_LEFT_OUT = 1
"""The exit code where a job could not be exported."""

_RUNS_TOLD = 1000
_CHUNKS_TOLD = 64
"""After how many runs or chunks there is another word of how far it is."""

Entry = TypeVar("Entry")


def export_runs(chosen: argparse.Namespace) -> int:
    """Write every stored run as a row."""
    if chosen.messages and chosen.format == "csv":
        raise ExportError("a table has no room for log lines: ask for --format jsonl")
    records = Records(_settings(chosen).database)
    choice = _choice(chosen, records)
    with _telling(chosen) as tell, output(chosen.output) as target:
        found = records.runs(choice, messages=chosen.messages)
        runs = _counted(found, _RUNS_TOLD, lambda count: tell(f"Writing runs: {count} done"))
        if chosen.format == "csv":
            write_csv(runs, target)
        else:
            write_jsonl(runs, target, messages=chosen.messages)
    return 0


def export_openmetrics(chosen: argparse.Namespace) -> int:
    """Write the past as scrapes of it would have got it."""
    settings = _settings(chosen)
    records = Records(settings.database)
    grid = _grid(chosen, records)
    target = Target(chosen.job, chosen.instance)
    folder = Path(tempfile.gettempdir()) if chosen.output is None else chosen.output.parent
    left_out: list[str] = []
    with (
        _telling(chosen) as tell,
        output(chosen.output) as whole,
        History(grid, target, records.created(), folder) as history,
    ):
        left_out += _replay(records, settings, history, tell)
        written = history.write(whole)
        for _ in _counted(written, _CHUNKS_TOLD, lambda count: tell(f"Writing: {count} MiB done")):
            pass
    for reason in left_out:
        sys.stderr.write(f"duplistatus: {reason}\n")
    return _SOME_LEFT_OUT if left_out else 0


def _telling(chosen: argparse.Namespace) -> AbstractContextManager[Tell]:
    """Say how far it is, but not amid an export that the terminal shows."""
    shown = chosen.output is None and sys.stdout.isatty()
    return nullcontext(lambda _: None) if shown else progress()


def _counted(entries: Iterable[Entry], every: int, tell: Callable[[int], None]) -> Iterator[Entry]:
    for count, entry in enumerate(entries):
        if count % every == 0:
            tell(count)
        yield entry


def _replay(records: Records, settings: Config, history: History, tell: Tell) -> list[str]:
    """Let a history take in every job and server; return which jobs it could not, and why."""
    job_ids = records.job_ids()
    left_out = []
    for number, job_id in enumerate(job_ids):
        tell(f"Replaying the runs of {len(job_ids)} jobs: {number} done")
        try:
            known = records.history(job_id)
            if known is not None:
                history.add_job(known, settings.policy)
        except (StoreError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - nothing is known of what a damaged job may raise
            left_out.append(f"job {job_id} is left out, for it can not be read: {error!r}")
    for server in records.servers():
        history.add_server(server)
    return left_out


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
    return RunChoice(**{name: value for name, value in given.items() if value is not None})
