"""What is sent beside alerts: pings of the checks that others keep, and digests."""

from collections.abc import Mapping, Sequence

from exporter.fleet.views import JobView
from exporter.model.notifications import ConditionChange, Message
from exporter.notifications.digest.schedule import Digests
from exporter.notifications.job_checks import JobChecks
from exporter.notifications.notifier import Mark
from exporter.times import Millis


class Extras:
    """Asks the checks and the digests. Needs one caller at a time."""

    def __init__(self, checks: JobChecks, digests: Digests) -> None:
        self._checks = checks
        self._digests = digests

    def messages(
        self,
        changes: Sequence[ConditionChange],
        views: Sequence[JobView],
        marks: Mapping[str, Millis],
        now: Millis,
    ) -> tuple[list[Message], list[Mark]]:
        """Return what is to be sent now, and the marks that are stored with it.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        pings = [*self._checks.of_changes(changes), *self._checks.of_jobs(views, now)]
        due = self._digests.due(now, marks)
        messages = [*pings, *(each.message for each in due)]
        return messages, [Mark(each.mark, each.value) for each in due]

    def next_at(self, marks: Mapping[str, Millis], now: Millis) -> Millis | None:
        """Return when the time alone causes the next message; None: never."""
        return self._digests.next_at(now, marks)
