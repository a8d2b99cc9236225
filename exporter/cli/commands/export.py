"""duplistatus export: the runs of a database, whether a daemon uses it or not."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypeVar

from exporter.cli.arguments import (
    Commands,
    Parser,
    Run,
    add,
    add_group,
    configuration,
    exit_with,
    take,
    take_database,
)
from exporter.cli.import_summary import Reasons
from exporter.cli.output import folder_beside, output
from exporter.cli.progress import Show, bar, progress
from exporter.cli.stores import open_reader
from exporter.config import Config
from exporter.config.options import OPTIONS
from exporter.exports import (
    ExportError,
    OpenMetricsBackfill,
    Target,
    TimeGrid,
    write_csv,
    write_jsonl,
)
from exporter.store import RunChoice, StoreError
from exporter.store.rules.records import RecordsReader
from exporter.times import (
    MAX_TIMESTAMP,
    MIN_TIMESTAMP,
    MINUTE,
    Millis,
    now,
    parse_duration,
    parse_timestamp,
)

_RUNS_A_TIME = 1000
_CHUNKS_A_TIME = 64
"""After how many runs or chunks the progress is shown again."""

_EXIT_CODES = {0: "everything is exported", 1: "what cannot be read was skipped and is named"}
_EVERYWHERE = "Works whether the daemon runs or not, and changes nothing."

_RUNS = f"""\
{_EVERYWHERE}
Oldest start first; memory use does not depend on the number of runs.

  duplistatus export runs --output runs.csv
  duplistatus export runs --format jsonl --since 2026-01-01 --server nas

csv    a table with a header (RFC 4180), in UTF-8. Timestamps are in ISO 8601 and UTC, durations
       in seconds, sizes in bytes; a value that was not reported is an empty cell. Text that begins
       with = + - @ gets an apostrophe before it, or a spreadsheet would take it for a formula.
jsonl  a JSON object a line, its fields named as in /api/backups: all that the table has, text
       unchanged, under counted every number of the report, and with --messages its log lines."""

_OPENMETRICS = f"""\
{_EVERYWHERE}
The runs are replayed in the order in which they arrived, and what a scrape would have returned is
written for each multiple of --step, with its timestamp. What is overdue follows from the
configuration: give the daemon's. Prometheus imports the file:

  duplistatus export openmetrics --until 2026-11-24T08:00:00Z --output history.openmetrics
  promtool tsdb create-blocks-from openmetrics --max-block-duration=768h \\
    history.openmetrics /var/lib/prometheus/metrics2

Set --until to the time when Prometheus started to scrape the daemon, at least three hours back:
it may still hold newer samples in memory. It removes what is older than its
--storage.tsdb.retention.time, 15 days unless set. --job and --instance are the labels that
deploy/prometheus/prometheus.yml gives; dashboards select by them.

A job takes 1.7 MB a day with five minutes, 50 MB a month. Prometheus forgets a value after five
minutes, so a longer --step leaves gaps unless its --query.lookback-delta is longer too. While it
works the command needs a little more room than its file, beside --output or, without one, in the
folder of temporary files (TMPDIR). promtool reads its input once for each block, which holds two
hours, or with --max-block-duration up to a month: take a large fleet in pieces of a month each,
with --since and --until.

Schedules, names and merged servers are as they are today. Values that only live reports carry and
the daemon's own counters are not stored, so they are not exported; docs/export.md says more."""

Entry = TypeVar("Entry")


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(
        commands, "export", "export runs, or history as OpenMetrics for backfilling"
    )
    _add_openmetrics(actions)
    _add_runs(actions)


def _add_openmetrics(actions: Commands) -> None:
    summary = "export history as OpenMetrics, to backfill Prometheus"
    parser = _add(actions, "openmetrics", summary, export_openmetrics, _OPENMETRICS)
    take(parser, *(each for each in OPTIONS if each.name in ("expected_interval", "tolerance")))
    _take_span(parser, "timestamps", "the first run", "now")
    parser.add_argument(
        "--step",
        metavar="DURATION",
        type=_step,
        default=5 * MINUTE,
        help="interval between timestamps: 5m (default), 1h",
    )
    labels = {"job": "duplistatus", "instance": "localhost:9666"}
    for name, default in labels.items():
        text = f"the label {name} of every sample (default {default})"
        parser.add_argument(f"--{name}", metavar="TEXT", type=_label, default=default, help=text)


def _add_runs(actions: Commands) -> None:
    parser = _add(actions, "runs", "export the runs as a table", export_runs, _RUNS)
    formats = ("csv", "jsonl")
    text = "csv (default) or jsonl"
    parser.add_argument("--format", choices=formats, default="csv", metavar="FORMAT", help=text)
    _take_span(parser, "runs that started", "the first", "the last")
    parser.add_argument("--server", metavar="SERVER", help="only runs of a server, by id or name")
    parser.add_argument(
        "--messages", action="store_true", help="with the log lines of each run; jsonl only"
    )


def _add(actions: Commands, name: str, summary: str, run: Run, epilog: str) -> Parser:
    parser = add(actions, name, summary, run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = epilog
    exit_with(parser, _EXIT_CODES)
    take_database(parser)
    text = (
        "file to write; an existing one is replaced once the new one is complete (default stdout)"
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help=text)
    return parser


def _take_span(parser: Parser, what: str, first: str, last: str) -> None:
    text = f"only {what} from then on (default {first}): 2026-01-31 or 2026-01-31T06:00:00+01:00"
    parser.add_argument("--since", metavar="TIME", type=_timestamp, help=text)
    text = f"only {what} before then (default {last})"
    parser.add_argument("--until", metavar="TIME", type=_timestamp, help=text)


def _timestamp(text: str) -> Millis:
    try:
        timestamp = parse_timestamp(text)
    except ValueError:
        timestamp = -1
    if not MIN_TIMESTAMP <= timestamp <= MAX_TIMESTAMP:
        message = f"{text[:40]!r} is not a time: write 2026-01-31 or 2026-01-31T06:00:00+01:00"
        raise argparse.ArgumentTypeError(message)
    return timestamp


def _step(text: str) -> Millis:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _label(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not UTF-8") from None
    return text


def export_runs(chosen: argparse.Namespace) -> int:
    """Write every stored run as a row."""
    if chosen.messages and chosen.format == "csv":
        raise ExportError("--messages needs --format jsonl: a table has no column for log lines")
    reader = open_reader(configuration(chosen).database)
    choice, left_out = _choice(chosen, reader), _LeftOut()
    with _showing(chosen) as show, output(chosen.output) as target:
        found = reader.runs(choice, left_out.add, messages=chosen.messages)
        runs = _counted(found, _RUNS_A_TIME, lambda count: show(f"Writing runs: {count} done"))
        if chosen.format == "csv":
            write_csv(runs, target)
        else:
            write_jsonl(runs, target, messages=chosen.messages)
    return left_out.report()


def export_openmetrics(chosen: argparse.Namespace) -> int:
    """Write history as scrapes would have returned it."""
    settings = configuration(chosen)
    reader = open_reader(settings.database)
    grid = _grid(chosen, reader)
    target = Target(chosen.job, chosen.instance)
    left_out = _LeftOut()
    with (
        _showing(chosen) as show,
        output(chosen.output) as whole,
        OpenMetricsBackfill(
            grid, target, reader.created(), folder_beside(chosen.output)
        ) as history,
    ):
        _replay(reader, settings, history, left_out, show)
        written = history.write(whole)
        for _ in _counted(
            written, _CHUNKS_A_TIME, lambda count: show(f"Writing: {count} MiB done")
        ):
            pass
    return left_out.report()


class _LeftOut:
    """What cannot be read: it does not affect the rest."""

    def __init__(self) -> None:
        self._reasons = Reasons()

    def add(self, what: str, error: Exception) -> None:
        """Note what is skipped, and why."""
        self._reasons.add(what, repr(error))

    def report(self) -> int:
        """Print what is skipped; return the exit code."""
        for line in self._reasons.lines("skipped, cannot be read"):
            sys.stderr.write(f"{line}\n")
        return int(self._reasons.count > 0)


def _showing(chosen: argparse.Namespace) -> AbstractContextManager[Show]:
    """Show progress, but not if the terminal shows the export itself."""
    shown = chosen.output is None and sys.stdout.isatty()
    return nullcontext(lambda _: None) if shown else progress()


def _counted(entries: Iterable[Entry], every: int, show: Callable[[int], None]) -> Iterator[Entry]:
    for count, entry in enumerate(entries):
        if count % every == 0:
            show(count)
        yield entry


def _replay(
    reader: RecordsReader,
    settings: Config,
    history: OpenMetricsBackfill,
    left_out: _LeftOut,
    show: Show,
) -> None:
    """Add every job that can be read, and every server."""
    job_ids = reader.job_ids()
    for number, job_id in enumerate(job_ids):
        show(f"{bar(number, len(job_ids))} Replaying the runs of {len(job_ids)} jobs")
        try:
            known = reader.history(job_id)
            if known is not None:
                history.add_job(known, settings.policy)
        except (StoreError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - nothing is known of what a damaged job may raise
            left_out.add(f"job {job_id}", error)
    for server in reader.servers():
        history.add_server(server)


def _grid(chosen: argparse.Namespace, reader: RecordsReader) -> TimeGrid:
    """Return the timestamps to export; there is nothing before the first run or in the future."""
    present = now()
    first = reader.first_arrival()
    start = reader.created() if first is None else first
    since = start if chosen.since is None else max(start, chosen.since)
    until = present if chosen.until is None else min(present, chosen.until)
    return TimeGrid.between(since, until, chosen.step)


def _choice(chosen: argparse.Namespace, reader: RecordsReader) -> RunChoice:
    given = {"since": chosen.since, "until": chosen.until, "server": chosen.server}
    if chosen.server is not None:
        known = reader.servers()
        if not any(chosen.server in (str(each.id), each.name, each.alias) for each in known):
            raise ExportError(f"no server is called {chosen.server!r}: see duplistatus servers")
    choice = RunChoice(**{name: value for name, value in given.items() if value is not None})
    if choice.since >= choice.until:
        raise ExportError("--until must be after --since: no run starts between them")
    return choice
