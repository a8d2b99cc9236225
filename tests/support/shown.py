"""A follower of a store that keeps what it is shown."""

from exporter.store import Change


class Shown:
    """The changes that a store showed, in their order."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def apply(self, change: Change) -> None:
        self.changes.append(change)

    def replace_all(self, everything: Change) -> None:
        self.changes.clear()
