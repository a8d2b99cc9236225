"""What departs from a job's own habit: the typical values are medians of its last runs."""

from grafana.source.queries import chosen, per_job

_RATIO_OF_SIZES = (0.7, 1.5)
_RATIO_OF_DURATIONS = (0.5, 2)
_MIN_SECONDS = 600
"""A run of seconds that takes a minute is not unusual."""
_RATIO_OF_CHANGES = 5
_MIN_CHANGES = 100


def departures() -> str:
    """Return the ratio of each unusual value to the usual one; the label `what` names the value."""
    return " or ".join(
        [
            _labelled("source size", _sizes()),
            _labelled("duration", _durations()),
            _labelled("changed files", _changes()),
        ]
    )


def changed_files() -> str:
    """Return the files that the last run of each job added, changed or found deleted."""
    kinds = ("added", "modified", "deleted")
    return f"({' + '.join(chosen(f'last_{kind}_files') for kind in kinds)})"


def _labelled(what: str, expr: str) -> str:
    return f'label_replace({per_job(expr)}, "what", "{what}", "", "")'


def _sizes() -> str:
    return _outside(_ratio(chosen("source_bytes"), chosen("typical_source_bytes")), _RATIO_OF_SIZES)


def _durations() -> str:
    last, typical = chosen("last_duration_seconds"), chosen("typical_duration_seconds")
    unusual = _outside(_ratio(last, typical), _RATIO_OF_DURATIONS)
    return f"({unusual}) and abs({last} - {typical}) > {_MIN_SECONDS}"


def _changes() -> str:
    typical = chosen("typical_changed_files")
    unusual = f"{_ratio(changed_files(), typical)} > {_RATIO_OF_CHANGES}"
    return f"{unusual} and {changed_files()} - {typical} > {_MIN_CHANGES}"


def _ratio(last: str, typical: str) -> str:
    return f"{last} / ({typical} > 0)"


def _outside(ratio: str, bounds: tuple[float, float]) -> str:
    lowest, highest = bounds
    return f"{ratio} < {lowest} or {ratio} > {highest}"
