"""The facts of a digest in words: what its templates show. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from exporter import formatting
from exporter.conditions.badge import badge_of_all
from exporter.conditions.facts import lasting
from exporter.conditions.sentence import newest_failure, sentence
from exporter.language import gettext as _
from exporter.model import Server
from exporter.notifications.digest import job_words
from exporter.notifications.digest.facts import Amounts, DigestFacts, JobFacts
from exporter.templating import plain
from exporter.times import MINUTE, Millis, format_duration

MAX_NAME = 60
MAX_REASON = 160
"""Characters: reports hold names and errors of any length."""

MOST_NAMED = 20
"""Jobs in trouble that are named before the tables."""

FULL_SOON_DAYS = 30
"""A destination that is full within so many days is named before the tables."""


class ShownAmounts(Struct, frozen=True):
    """Amounts in words; a dash where nothing is known. `bad` counts what did not complete."""

    runs: str
    failed: str
    interrupted: str
    bad: str
    uploaded: str
    source: str
    growth: str
    stored: str


class ShownJob(Struct, frozen=True):
    """A backup in words; texts are empty where there is nothing to say.

    `condition` is the value of the worst one, `state` the word for it; `severity` is critical,
    warning, notice, info or ok. `sizes` are what is stored and was uploaded, `notes` what else is
    known of it. `url` is where its page is. `lasting` is `since` in words, as "for 5 days".
    """

    id: int
    name: str
    server: str
    state: str
    condition: str
    severity: str
    in_trouble: bool
    since: str
    lasting: str
    also: str
    reason: str
    last_success: str
    amounts: ShownAmounts
    sizes: tuple[str, ...]
    notes: tuple[str, ...]
    url: str


class ShownServer(Struct, frozen=True):
    """A server and its backups that are shown; `count` are all of them in the digest."""

    name: str
    count: int
    jobs: list[ShownJob]
    url: str


class ShownDigest(Struct, frozen=True):
    """A digest in words.

    `since`, `until`, `since_day` and `until_day` are times, `length` is the span between them.
    `trouble` are the worst jobs in trouble, `trouble_more` says how many more there are; `servers`
    have the worst jobs of all, `more` says how many are left out. `all_fine` is true where the
    sentence says so, `words` are it in short. `filling` are the destinations that are full within
    a month, the next first. `url` is the page of the digest, empty without `public_url`.
    """

    sentence: str
    words: str
    all_fine: bool
    since: str
    until: str
    since_day: str
    until_day: str
    length: str
    count: int
    totals: ShownAmounts
    trouble: list[ShownJob]
    trouble_more: str
    filling: tuple[str, ...]
    servers: list[ShownServer]
    more: str
    url: str


def show(facts: DigestFacts, most: int, public_url: str | None = None) -> ShownDigest:
    """Return a digest in words, with the worst `most` jobs of all."""
    since, until = facts.span
    jobs, base = facts.jobs[:most], public_url
    trouble = [job for job in facts.jobs if job.worst.is_trouble]
    named = trouble[: min(most, MOST_NAMED)]
    return ShownDigest(
        sentence=_sentence(facts),
        words=_words(facts),
        all_fine=bool(facts.summary.fine) and not (trouble or _is_doubtful(facts)),
        since=formatting.weekday(since),
        until=formatting.weekday(until),
        since_day=formatting.day(since),
        until_day=formatting.day(until),
        length=formatting.duration((until - since) // MINUTE * MINUTE),
        count=len(facts.jobs),
        totals=amounts(facts.totals),
        trouble=[_job(job, until, base) for job in named],
        trouble_more=_more_in_trouble(len(trouble) - len(named)),
        filling=tuple(_filling(facts.jobs, min(most, MOST_NAMED))),
        servers=_servers(facts.jobs, jobs, until, base),
        more=_more(facts.jobs[most:]),
        url="" if base is None else f"{base}/digest?since={format_duration(until - since)}",
    )


def _is_doubtful(facts: DigestFacts) -> bool:
    faulty = any(each.severity.is_trouble for each in facts.faults)
    return faulty or bool(facts.summary.errored)


def _sentence(facts: DigestFacts) -> str:
    summary = facts.summary
    return sentence(summary, newest_failure(summary, facts.span.until), facts.faults)


def _words(facts: DigestFacts) -> str:
    return badge_of_all(facts.summary, facts.faults).words


def _filling(jobs: Iterable[JobFacts], most: int) -> Iterator[str]:
    """Yield the destinations that are full soon."""
    known = [(job.full_in_days, job) for job in jobs if job.full_in_days is not None]
    soon = sorted((each for each in known if each[0] <= FULL_SOON_DAYS), key=itemgetter(0))
    for days, job in soon[:most]:
        yield f"{_label(job.server)}: {plain(job.name, MAX_NAME)} {job_words.days(days)}"


def _more_in_trouble(count: int) -> str:
    text = _("and %(count)s more in trouble")
    return text % {"count": formatting.number(count)} if count else ""


def _more(hidden: Sequence[JobFacts]) -> str:
    if not hidden:
        return ""
    trouble = sum(job.worst.is_trouble for job in hidden)
    text = (
        _("and %(count)s more, %(trouble)s of them in trouble")
        if trouble
        else _("and %(count)s more, none of them in trouble")
    )
    return text % {
        "count": formatting.number(len(hidden)),
        "trouble": formatting.number(trouble),
    }


def _servers(
    every: Iterable[JobFacts], jobs: Iterable[JobFacts], now: Millis, base: str | None
) -> list[ShownServer]:
    """Return the servers of these jobs: the one with the worst job comes first."""
    counts: dict[int, int] = {}
    for job in every:
        counts[job.server.id] = counts.get(job.server.id, 0) + 1
    place = {server_id: number for number, server_id in enumerate(counts)}
    together = sorted(jobs, key=lambda job: place[job.server.id])
    return [
        _server(server_id, counts[server_id], list(group), now, base)
        for server_id, group in groupby(together, key=lambda job: job.server.id)
    ]


def _server(
    server_id: int, count: int, jobs: list[JobFacts], now: Millis, base: str | None
) -> ShownServer:
    url = "" if base is None else f"{base}/servers/{server_id}"
    return ShownServer(_label(jobs[0].server), count, [_job(job, now, base) for job in jobs], url)


def _label(server: Server) -> str:
    return plain(server.shown_name, MAX_NAME)


def _job(job: JobFacts, now: Millis, base: str | None) -> ShownJob:
    return ShownJob(
        id=job.id,
        name=plain(job.name, MAX_NAME),
        server=_label(job.server),
        state=_(job.worst.word),
        condition=job.worst.value,
        severity=job.worst.severity.value,
        in_trouble=job.worst.is_trouble,
        since="" if job.since is None else formatting.relative(job.since, now),
        lasting=lasting(job.worst, job.since, now),
        also=", ".join(_(each.word) for each in job.held[1:]),
        reason=plain(job.reason or "", MAX_REASON),
        last_success=_last_success(job, now),
        amounts=amounts(job.amounts),
        sizes=tuple(job_words.sizes(job.amounts)),
        notes=tuple(job_words.notes(job, now)),
        url="" if base is None else f"{base}/jobs/{job.id}",
    )


def _last_success(job: JobFacts, now: Millis) -> str:
    return _("never") if job.last_success is None else formatting.relative(job.last_success, now)


def amounts(found: Amounts) -> ShownAmounts:
    """Return amounts in words."""
    return ShownAmounts(
        runs=formatting.number(found.runs),
        failed=formatting.number(found.failed),
        interrupted=formatting.number(found.interrupted),
        bad=formatting.number(found.failed + found.interrupted),
        uploaded=job_words.size(found.uploaded),
        source=job_words.size(found.source),
        growth=job_words.growth(found.growth),
        stored=job_words.size(found.stored),
    )
