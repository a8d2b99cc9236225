"""The ``[[override]]`` tables of the configuration file."""

from exporter.schedule.expressions import parse_schedule
from exporter.schedule.policy import Override
from exporter.times import parse_duration

_TEXTS = ("server", "backup")
_SETTINGS = ("schedule", "tolerance", "expected_interval")


def read_overrides(value: object) -> tuple[tuple[Override, ...], list[str]]:
    """Read the tables.

    Returns:
        The overrides, and their problems, a line each.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return (), ["override must be tables, each started by a line [[override]]"]
    overrides, problems = [], []
    for number, entry in enumerate(value, 1):
        override, wrong = _read_override(entry)
        overrides.append(override)
        problems += [f"override {number}: {problem}" for problem in wrong]
    return tuple(overrides), problems


def _read_override(entry: dict[str, object]) -> tuple[Override, list[str]]:
    known = (*_TEXTS, *_SETTINGS)
    problems = [
        f"{key} is unknown; expected one of {', '.join(known)}" for key in entry if key not in known
    ]
    texts: dict[str, str] = {}
    for key in known:
        value = entry.get(key)
        if isinstance(value, str) and value:
            texts[key] = value
        elif value is not None:
            problems.append(f"{key} must be a string that is not empty")
    settings, wrong = _parsed(texts)
    if not settings and not wrong and not problems:
        wrong = [f"sets nothing; give one of {', '.join(_SETTINGS)}"]
    named = {key: texts[key] for key in _TEXTS if key in texts}
    return Override(**named, **settings), problems + wrong  # type: ignore[arg-type] # by their names


def _parsed(texts: dict[str, str]) -> tuple[dict[str, object], list[str]]:
    parsers = {
        "schedule": ("plan", parse_schedule),
        "tolerance": ("tolerance", parse_duration),
        "expected_interval": ("expected_interval", parse_duration),
    }
    settings: dict[str, object] = {}
    problems = []
    for key, (name, parse) in parsers.items():
        if key not in texts:
            continue
        try:
            settings[name] = parse(texts[key])
        except ValueError as error:
            problems.append(f"{key}: {error}")
    return settings, problems
