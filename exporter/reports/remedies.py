"""What to do about a refused report whose reason does not say it by itself."""

import re

from exporter.language import gettext as _
from exporter.language import marked

_SAYS_REMEDY = re.compile(
    r"\b(?:add|bound|delete|drop|give|go to|raise|report it|send|set|shorten)\b"
)
"""The words of reasons that say what to do."""

_FIELDS = marked(
    "Correct these fields in the program that sends them; /api/openapi.yaml describes each."
)
_LIVE = marked("Let nothing but Duplicati's --http-report-status-url send to /api/activity.")
_REMEDIES = (
    (
        "has no known shape",
        marked(
            "In Duplicati set --send-http-result-output-format=Json; /api/openapi.yaml has the"
            " others."
        ),
    ),
    ("startedUtc: ", _LIVE),
    ("operation: ", _LIVE),
    ("server.", _FIELDS),
    ("backup.", _FIELDS),
)
_GENERAL = marked(
    "Send the report whole and as Duplicati made it: set --send-http-result-output-format=Json, "
    "and check whether a script or a proxy between changes or cuts it."
)


def remedy(reason: str) -> str | None:
    """Return what to do about a refused report, None where its reason says so."""
    if _SAYS_REMEDY.search(reason):
        return None
    return _(next((text for marker, text in _REMEDIES if marker in reason), _GENERAL))
