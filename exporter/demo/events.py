"""What happens to backups. Times are days before the fleet's present; without an end it goes on."""

from random import Random

from msgspec.structs import replace

from exporter.demo.job import Event, Stop, Work


def dies(exception: str, since: float, until: float = float("-inf")) -> Event:
    """Let every run of a period end with an exception."""

    def event(work: Work, _: Random) -> Work:
        return replace(work, exception=exception) if until < work.ago <= since else work

    return event


def warns(share: float, *texts: str) -> Event:
    """Let a share of the runs end with warnings."""

    def event(work: Work, random: Random) -> Work:
        if random.random() >= share:
            return work
        found = tuple(random.choice(texts) for _ in range(random.randint(1, 4)))
        return replace(work, warnings=work.warnings + found)

    return event


def errs(share: float, text: str) -> Event:
    """Let a share of the runs end with an error."""

    def event(work: Work, random: Random) -> Work:
        return replace(work, errors=(*work.errors, text)) if random.random() < share else work

    return event


def shrinks(since: float, left: float) -> Event:
    """Let a part of the source vanish, at once: a folder was moved, or a disk is not mounted."""

    def event(work: Work, _: Random) -> Work:
        if work.ago > since:
            return work
        kept, size = int(work.files * left), int(work.size * left)
        first = work.ago > since - 1
        return replace(
            work,
            files=kept,
            size=size,
            deleted=work.files - kept if first else int(work.deleted * left),
        )

    return event


def churns(since: float, share: float) -> Event:
    """Let a share of all files change within a day, as ransomware or a migration would."""

    def event(work: Work, _: Random) -> Work:
        changed = since - 1 < work.ago <= since
        return replace(work, modified=int(work.files * share)) if changed else work

    return event


def drags(since: float, factor: float) -> Event:
    """Let the runs of a day take longer than usual, by a factor."""

    def event(work: Work, _: Random) -> Work:
        return replace(work, slowness=factor) if since - 1 < work.ago <= since else work

    return event


def breaks(since: float, file: str) -> Event:
    """Let each test of the stored files find one damaged, while the runs themselves succeed."""

    def event(work: Work, _: Random) -> Work:
        return replace(work, broken=(file,)) if work.ago <= since else work

    return event


def stops(share: float, since: float) -> Event:
    """Let a person stop a share of the runs, and from a time on every one."""

    def event(work: Work, random: Random) -> Work:
        stopped = random.random() < share or work.ago <= since
        return replace(work, stopped=random.choice((*Stop,))) if stopped else work

    return event


def vanishes(since: float) -> Event:
    """Let the machine of every run vanish from a time on, in the middle of the run."""

    def event(work: Work, _: Random) -> Work:
        return replace(work, vanished=work.ago <= since)

    return event
