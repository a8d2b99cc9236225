"""The commands that put a job right."""

from exporter.cli import managing
from exporter.cli.arguments import (
    Commands,
    Parser,
    add_asking,
    add_confirmed,
    add_group,
    add_json,
    add_subject,
)


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "job", "set when a job is due, or delete it")
    parser = add_asking(actions, "set", "set when a job is due", managing.set_job)
    add_subject(parser, "job", "id of the job; see duplistatus jobs")
    _add_settings(parser)
    add_json(parser)
    parser = add_asking(
        actions,
        "separate",
        "undo what the daemon took for a renaming in Duplicati: runs since become a job's own",
        managing.separate_job,
    )
    add_subject(parser, "job", "id of the job; see duplistatus jobs")
    add_confirmed(parser)
    parser = add_asking(actions, "delete", "delete a job with its runs", managing.delete_job)
    add_subject(parser, "job", "id of the job; see duplistatus jobs")
    add_confirmed(parser)


def _add_settings(parser: Parser) -> None:
    parser.add_argument(
        "--schedule",
        metavar="TEXT",
        help='auto, off, "every 12h" or "cron 0 3 * * 1-5 Europe/Berlin";'
        ' "" leaves it to the configuration',
    )
    parser.add_argument(
        "--tolerance",
        dest="job_tolerance",  # apart from the configuration's option of this name
        metavar="TIME",
        help='how late it may be: 30m, 2h; "" leaves it to the configuration',
    )
    paused = parser.add_mutually_exclusive_group()
    paused.add_argument(
        "--pause", action="store_true", default=None, dest="paused", help="never overdue"
    )
    paused.add_argument("--resume", action="store_false", dest="paused", help="overdue again")
