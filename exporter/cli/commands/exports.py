"""The commands that take everything out."""

import argparse
from pathlib import Path

from exporter.cli.arguments import Commands, Parser, Run, add, add_group, take, take_database
from exporter.cli.commands import export
from exporter.config.options import OPTIONS
from exporter.times import EARLIEST, LATEST, MINUTE, Millis, parse_interval, parse_moment

_EVERYWHERE = "Works while the daemon runs and while it does not, and changes nothing."

_RUNS = f"""\
{_EVERYWHERE}
Oldest start first; as many runs as there are take no more memory than a few.

  duplistatus export runs --output runs.csv
  duplistatus export runs --format jsonl --since 2026-01-01 --server nas

csv    a table with a header, as RFC 4180 says, in UTF-8. Moments are in ISO 8601 and UTC, lengths
       in seconds, sizes in bytes; what nobody reported is an empty cell. Text that begins with
       = + - @ gets an apostrophe before it, or a spreadsheet would take it for a formula.
jsonl  a JSON object a line, its fields named as in /api/backups: all that the table has, text to
       the letter, under counted every number of the report, and with --messages its log lines."""

_OPENMETRICS = f"""\
{_EVERYWHERE}
The runs are replayed in the order in which they arrived, and what a scrape would have got is
written for each multiple of --step, with its time. What is overdue is judged by the configuration:
give it the daemon's. Prometheus takes that in:

  duplistatus export openmetrics --until 2026-11-24T08:00:00Z --output history.openmetrics
  promtool tsdb create-blocks-from openmetrics --max-block-duration=768h \\
    history.openmetrics /var/lib/prometheus/metrics2

Let --until be when Prometheus began to scrape the daemon, and three hours back at least: newer
samples it may still hold in memory. What is older than its --storage.tsdb.retention.time, 15 days
unless set, it removes again. --job and --instance are the labels that
deploy/prometheus/prometheus.yml gives; dashboards select by them.

A job takes 1.7 MB a day with five minutes, 50 MB a month. Prometheus forgets a value after five
minutes, so a longer --step leaves gaps unless its --query.lookback-delta is longer too. While it
works the command needs a little more room than its file, beside --output or, without one, in the
folder of temporary files (TMPDIR). promtool reads its input once for each block, which holds two
hours, or with --max-block-duration up to a month: take a large fleet in pieces of a month each,
with --since and --until.

Schedules, names and merged servers are as they are today. What only live reports told and what the
daemon counts of itself is not stored and left out; docs/export.md says more."""


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "export", "write out the runs, or their past for Prometheus")
    _add_openmetrics(actions)
    _add_runs(actions)


def _add_openmetrics(actions: Commands) -> None:
    summary = "write the past as OpenMetrics, for Prometheus to take in"
    parser = _add(actions, "openmetrics", summary, export.export_openmetrics, _OPENMETRICS)
    take(parser, *(each for each in OPTIONS if each.name in ("expected_interval", "tolerance")))
    _take_span(parser, "moments", "the first run", "now")
    parser.add_argument(
        "--step",
        metavar="TIME",
        type=_step,
        default=5 * MINUTE,
        help="how far moments lie apart: 5m (default), 1h",
    )
    labels = {"job": "duplistatus", "instance": "localhost:9666"}
    for name, default in labels.items():
        text = f"the label {name} of every sample (default {default})"
        parser.add_argument(f"--{name}", metavar="TEXT", type=_label, default=default, help=text)


def _add_runs(actions: Commands) -> None:
    parser = _add(actions, "runs", "write the runs as a table", export.export_runs, _RUNS)
    formats = ("csv", "jsonl")
    text = "csv (default) or jsonl"
    parser.add_argument("--format", choices=formats, default="csv", metavar="FORMAT", help=text)
    _take_span(parser, "runs that started", "the first", "the last")
    parser.add_argument("--server", metavar="SERVER", help="only those of a server, by id or name")
    parser.add_argument(
        "--messages", action="store_true", help="with the log lines of each run; jsonl only"
    )


def _add(actions: Commands, name: str, summary: str, run: Run, epilog: str) -> Parser:
    parser = add(actions, name, summary, run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = epilog
    take_database(parser)
    text = "write here; one that is there is replaced once the new one is whole (default stdout)"
    parser.add_argument("--output", metavar="FILE", type=Path, help=text)
    return parser


def _take_span(parser: Parser, what: str, first: str, last: str) -> None:
    text = f"only {what} from then on (default {first}): 2026-01-31 or 2026-01-31T06:00:00+01:00"
    parser.add_argument("--since", metavar="TIME", type=_moment, help=text)
    text = f"only {what} before then (default {last})"
    parser.add_argument("--until", metavar="TIME", type=_moment, help=text)


def _moment(text: str) -> Millis:
    try:
        moment = parse_moment(text)
    except ValueError:
        moment = -1
    if not EARLIEST <= moment <= LATEST:
        message = f"{text[:40]!r} is no moment: write 2026-01-31 or 2026-01-31T06:00:00+01:00"
        raise argparse.ArgumentTypeError(message)
    return moment


def _step(text: str) -> Millis:
    try:
        return parse_interval(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _label(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no UTF-8") from None
    return text
