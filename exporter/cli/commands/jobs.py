"""duplistatus jobs, and duplistatus job: list them, explain, set, mute or delete one."""

import argparse
from collections.abc import Sequence
from urllib.parse import urlencode

from exporter.cli import explanation
from exporter.cli.api_client import ClientError, Json
from exporter.cli.arguments import (
    Commands,
    Parser,
    add_client_command,
    add_group,
    add_json,
    add_span,
    add_subject,
    add_tag_filter,
    add_tags,
    add_yes_flag,
    configuration,
)
from exporter.cli.connection import connected
from exporter.cli.display import conditions, confirmed, find_server, show, table

_JOB_COLUMNS = ("ID", "SERVER", "BACKUP", "KIND", "LAST RUN", "STATUS", "EXPECTED", "BY", "STATE")
_OF_JOB = "id of the job; see duplistatus jobs"


def add_list_to(commands: Commands) -> None:
    """Add the command that lists."""
    parser = add_client_command(commands, "jobs", "list the backup jobs", list_jobs)
    parser.add_argument("--overdue", action="store_true", help="only overdue jobs")
    parser.add_argument("--failing", action="store_true", help="only jobs whose last run failed")
    text = "only jobs with this condition, such as overdue, stale, interrupted or second_copy"
    parser.add_argument("--condition", metavar="WORD", help=text)
    parser.add_argument("--server", metavar="SERVER", help="only jobs of a server, by id or name")
    add_tag_filter(parser)
    add_json(parser)


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "job", "explain, set, mute, clear or delete a job")
    parser = add_client_command(actions, "explain", "explain when a job is due", explain_job)
    add_subject(parser, "job", _OF_JOB)
    add_json(parser)
    parser = add_client_command(actions, "set", "set when a job is due, and its tags", set_job)
    add_subject(parser, "job", _OF_JOB)
    _add_settings(parser)
    add_json(parser)
    _add_expecting(actions)
    summary = "mark the job's failures until now as handled, or confirm that it was deleted"
    parser = add_client_command(actions, "clear", summary, clear_job)
    add_subject(parser, "job", _OF_JOB)
    add_json(parser)
    _add_muting(actions)
    _add_parting(actions)
    parser = add_client_command(actions, "delete", "delete a job with its runs", delete_job)
    add_subject(parser, "job", _OF_JOB)
    add_yes_flag(parser)


def _add_expecting(actions: Commands) -> None:
    summary = "expect a backup that has not reported yet, so that it is missed"
    parser = add_client_command(actions, "expect", summary, expect_job)
    text = "name of the server in its reports, its alias or its machine-id; a new one is made"
    add_subject(parser, "server", text)
    add_subject(parser, "backup", "name of the backup in Duplicati")
    _add_schedule(parser)
    add_json(parser)


def _add_muting(actions: Commands) -> None:
    parser = add_client_command(actions, "mute", "notify nobody of a job for a time", mute_job)
    add_subject(parser, "job", _OF_JOB)
    add_span(parser)
    add_json(parser)
    parser = add_client_command(actions, "unmute", "end the mute of a job", unmute_job)
    add_subject(parser, "job", _OF_JOB)
    add_json(parser)


def _add_parting(actions: Commands) -> None:
    summary = "remove a second destination that is no longer used"
    parser = add_client_command(actions, "forget-copy", summary, forget_copy)
    add_subject(parser, "job", _OF_JOB)
    add_subject(parser, "destination", "its URL, as the page and duplistatus jobs --json show it")
    add_json(parser)
    summary = "separate a job from one that it was wrongly taken for under a former name"
    parser = add_client_command(actions, "separate", summary, separate_job)
    add_subject(parser, "job", _OF_JOB)
    add_yes_flag(parser)


def _add_settings(parser: Parser) -> None:
    _add_schedule(parser)
    _add_grace(parser)
    add_tags(parser)


def _add_schedule(parser: Parser) -> None:
    parser.add_argument(
        "--schedule",
        metavar="TEXT",
        help='auto, off, "every 12h" or "cron 0 3 * * 1-5 Europe/Berlin";'
        ' "" leaves it to the configuration',
    )


def _add_grace(parser: Parser) -> None:
    parser.add_argument(
        "--tolerance",
        dest="job_tolerance",  # apart from the configuration's option of this name
        metavar="DURATION",
        help='grace period: 30m, 2h; "" leaves it to the configuration',
    )
    paused = parser.add_mutually_exclusive_group()
    paused.add_argument(
        "--pause",
        action="store_true",
        default=None,
        dest="paused",
        help="never report it as overdue",
    )
    paused.add_argument("--resume", action="store_false", dest="paused", help="undo --pause")


def list_jobs(chosen: argparse.Namespace) -> int:
    """Print the jobs."""
    parameters = {name: "true" for name in ("overdue", "failing") if getattr(chosen, name)}
    if chosen.tag:
        parameters["tag"] = ",".join(chosen.tag)
    if chosen.condition:
        parameters["condition"] = chosen.condition
    with connected(configuration(chosen)) as client:
        if chosen.server:
            parameters["server"] = str(find_server(client, chosen.server))
        jobs = list(client.entries("/api/jobs", "jobs", parameters))
    show(chosen, jobs, _job_table(jobs))
    return 0


def set_job(chosen: argparse.Namespace) -> int:
    """Set when a job is due, and its tags."""
    given = {"schedule": chosen.schedule, "tolerance": chosen.job_tolerance}
    body: Json = {name: value or None for name, value in given.items() if value is not None}
    if chosen.paused is not None:
        body["paused"] = chosen.paused
    if chosen.tags is not None:
        body["tags"] = chosen.tags
    return _change(chosen, body)


def expect_job(chosen: argparse.Namespace) -> int:
    """Expect a backup before its first run."""
    body: Json = {"server": chosen.server, "backup": chosen.backup}
    if chosen.schedule is not None:
        body["schedule"] = chosen.schedule or None
    with connected(configuration(chosen)) as client:
        data = client.send("POST", "/api/jobs", body)
    show(chosen, data, "\n".join(_expected_lines(data)))
    return 0


def _expected_lines(data: Json) -> list[str]:
    job = data["job"]
    known = [] if data["new"] else ["It was known before:"]
    return [*known, _job_table([job]), job["why"]]


def _change(chosen: argparse.Namespace, body: Json) -> int:
    with connected(configuration(chosen)) as client:
        job = client.send("PATCH", f"/api/jobs/{_job_id(chosen.job)}", body)["job"]
    show(chosen, job, _job_table([job]))
    return 0


def clear_job(chosen: argparse.Namespace) -> int:
    """Mark the failures of a job until now as handled, or confirm that it is gone."""
    return _change(chosen, {"cleared": True})


def mute_job(chosen: argparse.Namespace) -> int:
    """Notify nobody of a job for a time."""
    return _change(chosen, {"muteFor": chosen.span})


def unmute_job(chosen: argparse.Namespace) -> int:
    """End the mute of a job; one of its server still holds."""
    return _change(chosen, {"muteFor": None})


def forget_copy(chosen: argparse.Namespace) -> int:
    """Remove a second destination that is no longer used."""
    destination = urlencode({"destination": chosen.destination})
    with connected(configuration(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}/copies?{destination}"
        job = client.send("DELETE", path)["job"]
    show(chosen, job, _job_table([job]))
    return 0


def explain_job(chosen: argparse.Namespace) -> int:
    """Explain when a job is due."""
    with connected(configuration(chosen)) as client:
        data = client.send("GET", f"/api/jobs/{_job_id(chosen.job)}")
    show(chosen, data, "\n".join(explanation.lines(data["job"], data["explanation"])))
    return 0


def separate_job(chosen: argparse.Namespace) -> int:
    """Separate a job from the one that it was wrongly taken for under a former name."""
    with connected(configuration(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}"
        job = client.send("GET", path)["job"]
        former = (job["formerly"] or ["its former name"])[-1]
        if not confirmed(chosen, f"separate {job['name']} from {former} of {job['server']}"):
            return 1
        client.send("POST", f"{path}/separate")
    return 0


def delete_job(chosen: argparse.Namespace) -> int:
    """Delete a job with its runs."""
    with connected(configuration(chosen)) as client:
        path = f"/api/jobs/{_job_id(chosen.job)}"
        job = client.send("GET", path)["job"]
        if not confirmed(chosen, f"delete {job['name']} of {job['server']} with all its runs"):
            return 1
        client.send("DELETE", path)
    return 0


def _job_id(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        message = f"{text} is not a job's id: see duplistatus jobs"
        raise ClientError(message)
    return int(text)


def _job_table(jobs: Sequence[Json]) -> str:
    return table([_job_row(job) for job in jobs], _JOB_COLUMNS)


def _job_row(job: Json) -> list[object]:
    """Return the cells of a job; one that is only known to have started has no last run."""
    last = job["lastRun"] or {"startTime": None, "status": None}
    return [
        job["id"],
        job["server"],
        job["name"],
        job["kind"],
        last["startTime"],
        last["status"],
        job["expectedStart"],
        job["scheduleSource"],
        _state(job),
    ]


def _state(job: Json) -> str:
    """Return the conditions of a job, and how late it is."""
    hours, seconds = divmod(job["lateBySeconds"], 3600)
    late = {"overdue": f"overdue by {hours}h{seconds // 60:02}m"}
    return ", ".join(late.get(each, each) for each in conditions(job))
