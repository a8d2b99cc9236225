"""A follower of a store that keeps the changes that it gets."""

from exporter.model.live import LiveRun, LiveStatus
from exporter.store import Change
from exporter.times import Millis


class Shown:
    """The changes that a store passed on, in their order."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def apply(self, change: Change) -> None:
        self.changes.append(change)

    def replace_all(self, everything: Change) -> None:
        self.changes.clear()

    def apply_live_report(
        self, job_id: int, activity: LiveStatus, received: Millis
    ) -> LiveRun | None:
        return None

    def apply_live_run(self, job_id: int, run: LiveRun) -> None:
        pass

    def listen_since(self, at: Millis) -> None:
        pass
