"""How a job's deadline is computed, as a sum for a terminal."""

from collections.abc import Iterator

from exporter.cli.api_client import Json
from exporter.cli.display import conditions
from exporter.logs import printable
from exporter.times import SECOND, format_duration

_WIDTH = 24
"""Of a timestamp in the API's format."""


def lines(job: Json, explanation: Json | None) -> Iterator[str]:
    """Yield a job's conditions, why it is expected when it is, the sum, and untrusted values."""
    held = ", ".join(conditions(job))
    yield printable(f"{job['name']} of {job['server']}: {held}")
    yield printable(job["why"])
    if explanation is not None:
        yield ""
        yield f"  {explanation['since']}  {explanation['sinceWhat']}"
        for term in explanation["terms"]:
            added = f"+ {format_duration(term['seconds'] * SECOND)}"
            yield printable(f"  {added:>{_WIDTH}}  {term['why']}")
        yield f"  {explanation['deadline']}  overdue from then on"
    if job["notBelieved"]:
        yield ""
        yield from (printable(f"Not trusted: {doubt}") for doubt in job["notBelieved"])
