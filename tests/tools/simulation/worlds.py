"""The worlds: how backups live that people have."""

from collections.abc import Callable

from exporter.model import Status
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.tools.simulation.lives import (
    DAYS,
    Length,
    Life,
    Occasion,
    a_few_minutes,
    at_once,
    by_the_clock,
    moved,
    nothing,
)

EVERY_DAY, WORKING_DAYS, WEEK_END, SUNDAY = range(7), range(5), (5, 6), (6,)
MOVED = 70
"""The day on which a schedule is moved."""


def between(least: Millis, most: Millis) -> Length:
    return lambda occasion: occasion.chance.randrange(least, most)


def always(length: Millis) -> Length:
    return lambda _occasion: length


def on_day(day: int, length: Millis, otherwise: Length) -> Length:
    return lambda occasion: length if occasion.day == day else otherwise(occasion)


def sometimes(part: float, length: Length, otherwise: Length) -> Length:
    return lambda occasion: (length if occasion.chance.random() < part else otherwise)(occasion)


def growing(first: Millis, last: Millis) -> Length:
    return lambda occasion: int(first + (last - first) * occasion.day / DAYS)


def ending(part: float, status: Status) -> Callable[[Occasion], Status]:
    return lambda occasion: status if occasion.chance.random() < part else Status.SUCCESS


NIGHTLY, AT_NOON = by_the_clock(EVERY_DAY, (2,)), by_the_clock(EVERY_DAY, (14,))
WEEKLY, EVENINGS = by_the_clock(SUNDAY, (3,), 30), by_the_clock(WORKING_DAYS, (20,))


_LIVES = (
    Life("daily", NIGHTLY),
    Life("Monday to Friday", by_the_clock(WORKING_DAYS, (23,)), away=(1, 1)),
    Life("week-ends", by_the_clock(WEEK_END, (5,)), away=(1, 1)),
    Life("weekly", WEEKLY, away=(1, 1), apart=40 * DAY),
    Life("several a day", by_the_clock(EVERY_DAY, (8, 12, 15, 20)), away=(1, 4)),
    Life("hourly by day", by_the_clock(EVERY_DAY, range(6, 23)), away=(2, 9)),
    Life("hourly on working days", by_the_clock(WORKING_DAYS, range(7, 19)), away=(3, 9)),
    Life("every six hours", by_the_clock(EVERY_DAY, range(0, 24, 6)), away=(1, 5)),
    Life("six hours long", by_the_clock(EVERY_DAY, (21,)), takes=between(5 * HOUR, 6 * HOUR)),
    Life("queued", NIGHTLY, waits=between(3 * HOUR, 4 * HOUR), by_hand=0),
    Life("queued, unevenly", NIGHTLY, waits=between(MINUTE, 5 * HOUR)),
    Life("queued on working days", EVENINGS, waits=between(2 * HOUR, 3 * HOUR), away=(1, 1)),
    Life(
        "longer than its interval", NIGHTLY, takes=between(29 * HOUR, 31 * HOUR), by_hand=0
    ),
    Life("growing", NIGHTLY, takes=growing(20 * MINUTE, 9 * HOUR)),
    Life("four days once", NIGHTLY, takes=on_day(50, 4 * DAY, a_few_minutes)),
    Life("four days at first", NIGHTLY, takes=on_day(0, 4 * DAY, a_few_minutes)),
    Life("holidays", NIGHTLY, away=(10, 16), apart=35 * DAY),
    Life("two faults in 15 days", NIGHTLY, away=(1, 2), apart=4 * DAY),
    Life("two faults, Monday to Friday", EVENINGS, away=(1, 2), apart=5 * DAY),
    Life("laptop", by_the_clock(WORKING_DAYS, (8,)), waits=between(0, 3 * HOUR), away=(1, 5)),
    Life("laptop at any time", by_the_clock(EVERY_DAY, (9,)), waits=between(0, 11 * HOUR)),
    Life("moved to noon", moved(NIGHTLY, AT_NOON, MOVED)),
    Life("moved to the night", moved(AT_NOON, NIGHTLY, MOVED)),
    Life("moved to every day", moved(WEEKLY, NIGHTLY, MOVED), away=(1, 1)),
    Life("moved to once a week", moved(NIGHTLY, WEEKLY, MOVED), away=(1, 1)),
    Life("dies after five hours", NIGHTLY, takes=always(5 * HOUR), ends=ending(1, Status.FATAL)),
    Life(
        "often interrupted", NIGHTLY, takes=between(HOUR, 2 * HOUR),
        ends=ending(0.2, Status.INTERRUPTED),
    ),
    Life("clock ten minutes ahead", NIGHTLY, ahead=always(10 * MINUTE)),
    Life("clock three hours ahead", NIGHTLY, ahead=always(3 * HOUR)),
    Life("clock a day ahead", NIGHTLY, ahead=always(DAY)),
    Life("clock in 2099 once", NIGHTLY, ahead=on_day(40, 73 * 365 * DAY, nothing)),
    Life(
        "clock in 1970 twice", NIGHTLY,
        ahead=on_day(40, -20_000 * DAY, on_day(60, -20_000 * DAY, nothing)),
    ),
    Life(
        "reports that come late and reversed", NIGHTLY,
        comes=sometimes(0.1, between(0, 30 * HOUR), at_once),
    ),
)  # fmt: skip

_SET = (
    Life("calendar, set", NIGHTLY, schedule="cron 0 2 * * * ZONE"),
    Life(
        "calendar, set, Monday to Friday", EVENINGS,
        schedule="cron 0 20 * * 1-5 ZONE", away=(1, 1),
    ),
    Life(
        "calendar, set, clock ten minutes ahead", NIGHTLY, waits=always(-10 * MINUTE),
        schedule="cron 0 2 * * * ZONE",
    ),
    Life(
        "calendar, set, clock a minute ahead, Monday to Friday", EVENINGS,
        waits=between(-2 * MINUTE, MINUTE), schedule="cron 0 20 * * 1-5 ZONE", away=(1, 1),
    ),
    Life(
        "interval, set, eight hours long", by_the_clock(EVERY_DAY, (0, 12)),
        takes=between(7 * HOUR, 8 * HOUR), schedule="every 12h", by_hand=0,
    ),
    Life(
        "reported weekly, then daily by something else", moved(WEEKLY, NIGHTLY, MOVED),
        reported_days=MOVED, away=(1, 1), draws="told weekly, then daily by something else",
    ),
)  # fmt: skip

WORLDS = [
    *(
        each._replace(name=f"{each.name}, reported", draws=f"{each.name}, told", reported_days=DAYS)
        for each in _LIVES
    ),
    *(
        each._replace(name=f"{each.name}, unreported", draws=f"{each.name}, untold")
        for each in _LIVES
    ),
    *_SET,
]

LIMITS = [
    Life(
        "clock two hours slow, reported", NIGHTLY, ahead=always(-2 * HOUR), reported_days=DAYS,
        draws="clock two hours behind, told",
    ),
    Life(
        "clock a day slow, unreported", NIGHTLY, ahead=always(-DAY),
        draws="clock a day behind, untold",
    ),
    Life(
        "clock anywhere now and then, reported", NIGHTLY, reported_days=DAYS,
        draws="clock anywhere now and then, told",
        ahead=sometimes(0.05, between(-400 * DAY, 400 * DAY), nothing),
    ),
    Life(
        "reported daily, then weekly by something else", moved(NIGHTLY, WEEKLY, MOVED),
        reported_days=MOVED, away=(1, 1), draws="told daily, then weekly by something else",
    ),
]  # fmt: skip
"""Worlds that no rule is right in: what is known of them misleads, or comes too late."""
