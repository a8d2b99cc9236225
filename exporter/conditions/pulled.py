"""What holds for a server by what the last pull knew of it. Pure."""

from collections.abc import Iterable, Iterator

from exporter.conditions.faults import Fault
from exporter.fleet.views import JobView
from exporter.formatting import exact
from exporter.language import gettext as _
from exporter.model import Server
from exporter.model.conditions import ServerCondition
from exporter.model.pulled import CHANGED_LATELY, EXPIRES_SOON, Pulled
from exporter.times import Millis


def faults_of(servers: Iterable[Server], now: Millis) -> list[Fault]:
    """Return what holds for servers, the worst first, then by their names."""
    found = [fault for server in servers for fault in _faults(server, now)]
    return sorted(found, key=lambda each: (each.condition.rank, each.server or ""))


def server_conditions(server: Server, now: Millis) -> list[ServerCondition]:
    """Return the conditions that hold for a server by its last pull, the worst first."""
    found = (each.condition for each in faults_of([server], now))
    return [each for each in found if isinstance(each, ServerCondition)]


def _faults(server: Server, now: Millis) -> Iterator[Fault]:
    if server.pulled is None:
        return
    for find in (_paused, _certificate):
        found = find(server.pulled, now)
        if found is not None:
            condition, reason, since = found
            yield Fault(condition, reason, since, server=server.name)


_Found = tuple[ServerCondition, str, Millis | None]


def _paused(pulled: Pulled, now: Millis) -> _Found | None:
    forgotten_from = pulled.pause_forgotten_from()
    if forgotten_from is None or now <= forgotten_from or not pulled.is_paused_at(now):
        return None
    return ServerCondition.DUPLICATI_PAUSED, pause(pulled), pulled.paused_since


def pause(pulled: Pulled) -> str:
    """Return since when Duplicati is paused, and until when, in words."""
    if pulled.paused_since is None:
        return _("paused")
    since = exact(pulled.paused_since)
    if pulled.paused_until is None:
        return _("paused since {time}, with no end set").format(time=since)
    until = exact(pulled.paused_until)
    return _("paused since {time}, until {until}").format(time=since, until=until)


def held_up(view: JobView, now: Millis) -> str | None:
    """Return that Duplicati is paused, or since when a backup waits there, in words.

    None where neither was so at the last pull, or the pause ended by itself since: it says why a
    run that is expected has not come.
    """
    pulled, identity = view.server.pulled, view.job.identity
    if pulled is None:
        return None
    if pulled.is_paused_at(now):
        return _("Duplicati is {pause}").format(pause=pause(pulled))
    since = None if identity is None else pulled.waits_since(identity.backup_id)
    if since is None:
        return None
    return _("it waits in Duplicati behind another, since {time}").format(time=exact(since))


def _certificate(pulled: Pulled, now: Millis) -> _Found | None:
    expires = None if pulled.certificate is None else pulled.certificate.expires
    changed = pulled.certificate_changed
    if expires is not None and now > expires - EXPIRES_SOON:
        text = _("it expired {time}") if now > expires else _("it expires {time}")
        reason = text.format(time=exact(expires))
        return ServerCondition.CERTIFICATE, reason, expires - EXPIRES_SOON
    if changed is not None and now < changed + CHANGED_LATELY:
        reason = _("it is another one since {time}").format(time=exact(changed))
        return ServerCondition.CERTIFICATE, reason, changed
    return None
