"""Secrets in files: one named by a variable, or one of systemd's credentials.

Neither the list of processes nor `systemctl show` reveals their content.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from exporter.config.option import Option
from exporter.config.options import OPTIONS

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Set by systemd: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html"""

VARIABLES = frozenset(option.file_variable for option in OPTIONS if option.file_variable)


class Setting(NamedTuple):
    """A value as it was given, and its source."""

    value: str
    source: str


class _Named(NamedTuple):
    option: Option
    source: str
    path: Path


def read(environment: Mapping[str, str]) -> tuple[dict[str, Setting], list[str]]:
    """Return the files' contents by option name, and which cannot be read.

    An empty file counts as given: it must not disable the authentication that it was to enable.
    """
    settings: dict[str, Setting] = {}
    problems: list[str] = []
    for option, source, path in _named(environment):
        try:
            content = path.read_text(encoding="utf-8")
            settings.setdefault(option.name, Setting(content or "\n", source))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            problems.append(f"{source}: {path} cannot be read: {reason}")
    return settings, problems


def _named(environment: Mapping[str, str]) -> Iterator[_Named]:
    folder = environment.get(CREDENTIALS)
    for option in OPTIONS:
        variable = option.file_variable
        if variable and environment.get(variable):
            yield _Named(option, variable, Path(environment[variable]))
        credential = Path(folder or "", option.name)
        if variable and folder and credential.is_file():
            yield _Named(option, f"credential {option.name}", credential)
