"""What cannot change while the daemon runs."""

from exporter.config.loader import Config
from exporter.config.options import OPTIONS


def unchangeable(before: Config, after: Config) -> list[str]:
    """Return a line for each option that has changed and needs a restart."""
    return [
        f"{option.name} cannot change while the daemon runs: restart it, or undo this change"
        for option in OPTIONS
        if option.needs_restart and _value(before, option.name) != _value(after, option.name)
    ]


def _value(settings: Config, name: str) -> object:
    return getattr(settings if hasattr(settings, name) else settings.limits, name)
