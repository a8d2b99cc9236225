"""Which stored alerts a daemon goes on from: the others would be told as lasting for ever."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from exporter.config.notifications import Channel
from exporter.fleet import Fleet
from exporter.model.conditions import ServerCondition
from exporter.model.notifications import Alert, AlertKey, SubjectKind
from exporter.notifications.observing import is_told_of_pull
from exporter.notifications.tracker import CONDITIONS


class Resumed(NamedTuple):
    """The alerts of each channel, and the keys of those that are to be removed."""

    by_channel: Mapping[str, list[Alert]]
    strangers: tuple[AlertKey, ...]


def resume(
    alerts: Iterable[Alert], channels: Sequence[Channel], fleet: Fleet, pulled: Collection[str]
) -> Resumed:
    """Sort stored alerts.

    An alert is of no use whose channel is not configured, or is not told of its condition or
    server, or whose subject is gone: nothing would ever end it.

    Args:
        alerts: what is stored.
        channels: what is configured.
        fleet: knows the jobs.
        pulled: the names of the servers that are pulled from.
    """
    by_name = {each.name: each for each in channels}
    by_channel, strangers = defaultdict[str, list[Alert]](list), list[AlertKey]()
    for alert in alerts:
        key, channel = alert.key, by_name.get(alert.key.channel)
        if channel is not None and _is_told(channel, key, fleet) and _exists(key, fleet, pulled):
            by_channel[channel.name].append(alert)
        else:
            strangers.append(key)
    return Resumed(by_channel, tuple(strangers))


def _is_told(channel: Channel, key: AlertKey, fleet: Fleet) -> bool:
    if CONDITIONS.get(key.condition) not in channel.on:
        return False
    return key.kind is not SubjectKind.SERVER or is_told_of_pull(channel, _name(key), fleet)


def _exists(key: AlertKey, fleet: Fleet, pulled: Collection[str]) -> bool:
    if key.kind is SubjectKind.JOB:
        return fleet.place(int(_name(key))) is not None
    if key.condition == ServerCondition.REPORTS_MISSING.value:
        return bool(fleet.find_servers(_name(key)))
    return key.kind is not SubjectKind.SERVER or _name(key) in pulled


def _name(key: AlertKey) -> str:
    return key.subject.partition(":")[2]
