"""A daemon that serves, and takes another configuration while it does: whole or not at all."""

import contextlib
import ipaddress
import logging
import socket
import time
from collections.abc import Callable, Iterator

from api.remembered import Remembered
from api.services import Services
from exporter.auth import AdminTokenError, Authorizer, Scope
from exporter.cli.background import Background
from exporter.cli.daemon import assemble, configured, listen_to_runs, site_of
from exporter.cli.notifications import faults_of
from exporter.cli.publishing import missing_for
from exporter.cli.reloading import Faults
from exporter.cli.telling import watch_of
from exporter.cli.working import working
from exporter.config import Config, ConfigError
from exporter.config.changes import unchangeable
from exporter.exposition.preparing import Preparing
from exporter.fleet import Fleet
from exporter.ingest.timekeeper import keeping_time
from exporter.logs import adjust, log_fields
from exporter.schedule.policy import SchedulePolicy
from exporter.times import Millis

_PAUSE_SECONDS = 0.001
"""Between jobs that are judged anew, for reports that wait for the fleet."""

_BUG: Faults = ("internal error: the log has the traceback",)

_log = logging.getLogger(__name__)


class RunningDaemon:
    """What a daemon is made of under its present configuration. Needs one caller at a time."""

    def __init__(
        self, settings: Config, services: Services, listening: socket.socket, background: Background
    ) -> None:
        self._settings = settings
        self._services = services
        self._background = background
        self._listening = listening
        self._remembered = Remembered.nothing(services.clock)
        self.server = assemble(site_of(services, self._remembered), services, listening)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Do meanwhile what is to be done beside answering."""
        services = self._services
        _warn_unauthenticated(services.authorizer, self._listening)
        with (
            keeping_time(services.timekeeper),
            listen_to_runs(services),
            working(Preparing(services.exposition)),
            contextlib.closing(self._background),
        ):
            self._background.follow(self._settings, services)
            yield

    def renew(self, read: Callable[[], Config]) -> Faults:
        """Read a configuration and use it; where it has faults, return them and change nothing."""
        try:
            self._use(read())
        except ConfigError as error:
            return self._refuse(tuple(error.problems))
        except AdminTokenError as error:
            return self._refuse((str(error),))
        except Exception:  # noqa: BLE001 - nothing is known of what a bug may raise
            _log.exception("reading the configuration anew failed")
            return self._refuse(_BUG)
        self._services.self_metrics.use_config(self._services.clock())
        _log.info("configuration reloaded")
        return ()

    def _refuse(self, faults: Faults) -> Faults:
        self._services.self_metrics.refuse_config(len(faults), self._services.clock())
        for fault in faults:
            _log.error("configuration refused", extra=log_fields(fault=fault))
        return faults

    def _use(self, settings: Config) -> None:
        """Check and build all of it; only then exchange what is in use."""
        faults = [
            *faults_of(settings.notifications),
            *missing_for(settings.broker),
            *unchangeable(self._settings, settings),
        ]
        if faults:
            raise ConfigError(faults)
        services = configured(self._services, settings)
        site = site_of(services, self._remembered)
        adjust(settings.log_format, settings.log_level)
        services.store.record_by(settings.limits, watch_of(settings.notifications))
        self.server.serve(site)
        _warn_unauthenticated(services.authorizer, self._listening)
        if _judging(settings) != _judging(self._settings):
            _judge_anew(services.fleet, *_judging(settings))
        self._settings, self._services = settings, services
        self._background.follow(settings, services)


def _judging(settings: Config) -> tuple[SchedulePolicy, Millis]:
    """Return what jobs are judged by."""
    return settings.policy, settings.stall_after


def _judge_anew(fleet: Fleet, policy: SchedulePolicy, stall_after: Millis) -> None:
    """Judge all jobs anew, which the next scrape has to write anew, too."""
    for _ in fleet.judge_by(policy, stall_after):
        time.sleep(_PAUSE_SECONDS)


def _warn_unauthenticated(authorizer: Authorizer, listening: socket.socket) -> None:
    """Warn of scopes without authentication if other machines can reach the daemon."""
    host = listening.getsockname()[0]
    scopes = [scope.value for scope in Scope if authorizer.is_open(scope)]
    if scopes and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        message = "no authentication for these scopes; configure *_tokens"
        _log.warning(message, extra=log_fields(scopes=",".join(scopes)))
