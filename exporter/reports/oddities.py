"""What could not be read of a report: it is left out and named, the rest is accepted."""

MAX_NOTES = 20
MAX_NOTE = 200


class Oddities:
    """Collects what was left out of one report, in words, up to a limit."""

    def __init__(self) -> None:
        self._notes: list[str] = []

    def note(self, field: str, problem: str) -> None:
        """Name a value that was left out, and why."""
        if len(self._notes) < MAX_NOTES:
            note = f"{field[:MAX_NOTE]}: {problem}"[:MAX_NOTE]
            if note not in self._notes:
                self._notes.append(note)

    def notes(self) -> tuple[str, ...]:
        """Return what was left out, in order."""
        return tuple(self._notes)
