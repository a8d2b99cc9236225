"""The commands. The only place where the parts are put together."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from types import FrameType
from typing import NoReturn

from api.app import Parts, create_app
from api.serve import HttpServer, ListenError, listen
from exporter import admin_token, config, logs
from exporter.collector import Exposition
from exporter.config import Config, ConfigError
from exporter.fleet import Fleet
from exporter.options import OPTIONS, Address
from exporter.store import Store, StoreError
from exporter.telemetry import Telemetry
from exporter.times import now

USAGE_ERROR = 2

_DISTRIBUTION = "duplistatus-exporter"
_PRECEDENCE = (
    "Each option may also come from the environment or from a TOML file; flags win over the"
    " environment, the environment over the file."
)

_log = logging.getLogger(__name__)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is a --help away."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 2 when it was asked for something impossible."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except ConfigError as error:
        _complain(*error.problems)
    except (StoreError, ListenError) as error:
        _complain(str(error))
    return USAGE_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="duplistatus",
        description="Receives Duplicati's backup reports and says which backups are missing or"
        " failing, in JSON and for Prometheus.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"duplistatus {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_command(commands, "serve", "run the daemon", _serve)
    _add_command(commands, "check-config", "check the configuration and show it", _check_config)
    return parser


def _add_command(
    commands: "argparse._SubParsersAction[_Parser]",
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int],
) -> None:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary.capitalize()}. {_PRECEDENCE}",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--config", metavar="FILE", help=f"a TOML file of options [{config.CONFIG_VARIABLE}]"
    )
    for option in OPTIONS:
        if option.flag is not None:
            parser.add_argument(
                option.flag,
                metavar=option.metavar,
                help=f"{option.help} (default {option.default}) [{option.variable}]",
            )
    parser.set_defaults(run=run)


def _check_config(chosen: argparse.Namespace) -> int:
    flags = vars(chosen)
    config.load(flags, os.environ)
    for name, setting in config.gather(flags, os.environ).settings.items():
        sys.stdout.write(f"{name} = {setting.value}  ({setting.source})\n")
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    settings = config.load(vars(chosen), os.environ)
    logs.set_up(settings.log_format, settings.log_level)
    listening = listen(*settings.listen)
    with listening:
        store = Store(settings.database)
        try:
            server = _assemble(settings, store, listening)
            _stop_on_signals(server)
            _announce(settings, listening)
            server.run()
        finally:
            store.close()
    _log.info("stopped")
    return 0


def _assemble(settings: Config, store: Store, listening: socket.socket) -> HttpServer:
    fleet = Fleet(settings.policy, store.created())
    fleet.apply(store.everything())
    telemetry = Telemetry(_version(), store.size_bytes)
    parts = Parts(
        store=store,
        fleet=fleet,
        exposition=Exposition(fleet, now, telemetry),
        telemetry=telemetry,
        clock=now,
        version=_version(),
        max_upload_bytes=settings.max_upload_bytes,
        admin_token=settings.admin_token or admin_token.load_or_make(settings.database),
    )
    return HttpServer(create_app(parts), listening, settings.max_upload_bytes)


def _stop_on_signals(server: HttpServer) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _announce(settings: Config, listening: socket.socket) -> None:
    address = Address(settings.listen.host, listening.getsockname()[1])
    url = _url(address, socket.gethostname())
    _log.info("listening", extra=logs.event(url=_url(address, "0.0.0.0")))  # noqa: S104 - shown only
    _log.info("storing", extra=logs.event(database=str(settings.database.absolute())))
    _log.info("Duplicati options to paste: %s", " ".join(_duplicati_options(url)))


def _duplicati_options(url: str) -> list[str]:
    return [
        f"--send-http-url={url}/api/upload",
        "--send-http-result-output-format=Json",
        "--send-http-log-level=Information",
        "--send-http-max-log-lines=0",
    ]


def _url(address: Address, everywhere: str) -> str:
    host = address.host or everywhere
    return f"http://{f'[{host}]' if ':' in host else host}:{address.port}"


def _version() -> str:
    return metadata.version(_DISTRIBUTION)


def _complain(*problems: str) -> None:
    for problem in problems:
        sys.stderr.write(f"duplistatus: {' '.join(problem.split())}\n")
