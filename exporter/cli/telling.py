"""Wiring of what tells people: alerts, digests, checks and the heartbeat."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from api.services import Services
from exporter.cli.working import working
from exporter.config.notifications import Heartbeat, Notifications, SecretUrl
from exporter.exposition.self_metrics import SelfMetrics
from exporter.model.notifications import Message
from exporter.notifications.addressees import addresses_of
from exporter.notifications.attempts import Sender
from exporter.notifications.courier import Shared
from exporter.notifications.couriers import Couriers
from exporter.notifications.describing import Describer
from exporter.notifications.digest.schedule import Digests, composer
from exporter.notifications.extras import Extras
from exporter.notifications.faults import DaemonFaults, FaultSources, SeldomProbe
from exporter.notifications.heartbeat import Pulse, Vitals
from exporter.notifications.job_checks import JobChecks, wanted
from exporter.notifications.loop import NotifierLoop
from exporter.notifications.notifier import Parts
from exporter.notifications.storage_alarm import StorageAlarm
from exporter.notifications.watching import watch_runs
from exporter.store import Watch


def watch_of(told: Notifications) -> Watch | None:
    """Return what the store asks of each report; None where nobody is told of one."""
    if not told.channels and not told.heartbeat.jobs:
        return None
    return watch_runs(wanted(told.heartbeat.jobs))


@contextlib.contextmanager
def telling(told: Notifications, services: Services) -> Iterator[None]:
    """Tell people meanwhile, as configured."""
    with contextlib.ExitStack() as stack:
        alive = _always
        if told.channels or told.digests or told.heartbeat.jobs:
            loop = _decide(stack, told, services)
            alive = loop.is_alive
        _beat(stack, told.heartbeat, services, alive)
        yield


def _decide(stack: contextlib.ExitStack, told: Notifications, services: Services) -> NotifierLoop:
    """Decide what is told, and deliver it, until the stack is closed."""
    store, self_metrics = services.store, services.self_metrics
    shared = Shared(store.outbox, services.clock, store.leads, self_metrics.count_notification)
    couriers = Couriers(addresses_of(told), shared)
    self_metrics.watch_notifications(couriers.oldest)
    sources = FaultSources(
        SeldomProbe(store),
        services.refusals,
        services.timekeeper,
        self_metrics,
        couriers.oldest,
        services.pull_failures,
        services.fleet.pulled_servers,
        services.fleet.missing_reports,
    )
    loop = _loop(told, services, DaemonFaults(sources), couriers)
    couriers.start()
    stack.callback(_forget, self_metrics)
    stack.callback(couriers.close)
    stack.enter_context(working(loop))
    return loop


def _forget(self_metrics: SelfMetrics) -> None:
    """End the metrics of channels: others are told from now on, or nobody."""
    self_metrics.set_channels(())
    self_metrics.watch_notifications(lambda: None)


def _loop(
    told: Notifications, services: Services, faults: DaemonFaults, couriers: Couriers
) -> NotifierLoop:
    store, clock, public_url = services.store, services.clock, services.links_to
    describer = Describer(services.fleet, faults, services.templates, public_url)
    parts = Parts(
        told.channels,
        services.fleet,
        store.outbox,
        faults,
        describer.message,
        _extras(told, services),
        couriers.waiting,
        services.awaited_pulls,
    )
    alarm = StorageAlarm(told.channels, describer.message, _send_once, clock)
    leading = Leading(store.leads, services.self_metrics, addresses_of(told))
    return NotifierLoop(parts, clock, leading, couriers.offer, alarm)


def _extras(told: Notifications, services: Services) -> Extras:
    compose = composer(services.digest_sources, services.templates, services.links_to)
    return Extras(
        JobChecks(told.heartbeat.jobs, services.fleet, services.store, services.clock),
        Digests(told.digests, compose, services.clock()),
    )


def _beat(
    stack: contextlib.ExitStack,
    heartbeat: Heartbeat,
    services: Services,
    alive: Callable[[], bool],
) -> None:
    """Ping until the stack is closed, if that is configured."""
    if heartbeat.url is not None:
        vitals = Vitals(services.store, services.fleet, alive)
        stack.enter_context(working(Pulse(heartbeat.url, heartbeat.every, vitals)))


def _send_once(url: SecretUrl, message: Message) -> str | None:
    return Sender()(url, message)


class Leading:
    """Asks whether this daemon notifies; only that one has metrics of it."""

    def __init__(
        self, leads: Callable[[], bool], self_metrics: SelfMetrics, channels: Iterable[str]
    ) -> None:
        self._leads = leads
        self._self_metrics = self_metrics
        self._channels = tuple(channels)
        self._led = False

    def __call__(self) -> bool:
        """Return whether this daemon notifies now."""
        leads = self._leads()
        if leads != self._led:
            self._self_metrics.set_channels(self._channels if leads else ())
        self._led = leads
        return leads


def _always() -> bool:
    return True
