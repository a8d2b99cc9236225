"""The commands that put a job right."""

from exporter.cli import display
from exporter.cli.arguments import (
    Commands,
    Parser,
    add_asking,
    add_confirmed,
    add_group,
    add_json,
    add_subject,
)

_OF_JOB = "id of the job; see duplistatus jobs"


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "job", "set when a job is due, clear it, or delete it")
    parser = add_asking(actions, "explain", "say why a job is due when it is", display.explain_job)
    add_subject(parser, "job", _OF_JOB)
    add_json(parser)
    parser = add_asking(actions, "set", "set when a job is due", display.set_job)
    add_subject(parser, "job", _OF_JOB)
    _add_settings(parser)
    add_json(parser)
    summary = "say that what has come until now without a name is dealt with"
    parser = add_asking(actions, "clear", summary, display.clear_job)
    add_subject(parser, "job", _OF_JOB)
    add_json(parser)
    _add_parting(actions)
    parser = add_asking(actions, "delete", "delete a job with its runs", display.delete_job)
    add_subject(parser, "job", _OF_JOB)
    add_confirmed(parser)


def _add_parting(actions: Commands) -> None:
    summary = "forget a second destination that was given up"
    parser = add_asking(actions, "forget-copy", summary, display.forget_copy)
    add_subject(parser, "job", _OF_JOB)
    add_subject(parser, "destination", "its URL, as the page and duplistatus jobs --json show it")
    add_json(parser)
    summary = "part a job from a backup that was not renamed, but is another one"
    parser = add_asking(actions, "separate", summary, display.separate_job)
    add_subject(parser, "job", _OF_JOB)
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
