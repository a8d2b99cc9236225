"""What a colour means on the dashboards, and from which value on it is shown."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

GREEN = "green"
YELLOW = "yellow"
RED = "red"
DARKER_RED = "semi-dark-red"
ORANGE = "orange"
PURPLE = "purple"
GREY = "#8e8e8e"
BLUE = "blue"

STATUS_COLOURS = {
    "success": GREEN,
    "warning": YELLOW,
    "error": RED,
    "fatal": DARKER_RED,
    "unknown": GREY,
    "interrupted": ORANGE,
}
"""In the order of the codes of `duplistatus_backup_last_status_code`."""

SEVERITY_COLOURS = {"critical": RED, "warning": YELLOW, "info": BLUE}

OVERDUE_CODE = len(STATUS_COLOURS)
"""Is used beside the status codes where a panel shows both: overdue is not a status of a run."""

_BY_CODE = {**STATUS_COLOURS, "overdue": PURPLE}

INTERRUPTED_CODE = list(STATUS_COLOURS).index("interrupted")

MILDER_CODE = 1.5
"""Is used in its place where a table is sorted by status: the codes tell no gravity there."""

Step = tuple[float, str]


def thresholds(base: str, *steps: Step) -> build.ThresholdsConfig:
    """Return a colour for the lowest values and others from given values on."""
    found = [model.Threshold(None, base), *(model.Threshold(*step) for step in steps)]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def status_thresholds() -> build.ThresholdsConfig:
    """Return the colour of each status code."""
    base, *others = _BY_CODE.values()
    return thresholds(base, *((float(code), colour) for code, colour in enumerate(others, 1)))


def status_names() -> list[model.ValueMapping]:
    """Return the meaning of each status code, in its colour."""
    codes = enumerate(_BY_CODE.items())
    found = {str(code): (name, colour) for code, (name, colour) in codes}
    return named({**found, str(MILDER_CODE): found[str(INTERRUPTED_CODE)]})


def named(texts: dict[str, tuple[str, str]]) -> list[model.ValueMapping]:
    """Return a text and a colour for each of some values."""
    results = {
        value: model.ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(texts.items())
    }
    return [model.ValueMap(results)]


def absent(text: str, colour: str) -> list[model.ValueMapping]:
    """Return the text of a missing value: it is neither 0 nor below a threshold."""
    shown = model.ValueMappingResult(text=text, color=colour)
    kinds = (model.SpecialValueMatch.NULL_AND_NAN, model.SpecialValueMatch.EMPTY)
    return [
        model.SpecialValueMap(model.DashboardSpecialValueMapOptions(match=kind, result=shown))
        for kind in kinds
    ]
