"""What of a report could not be read: it is left out and named, the rest is taken."""

MAX_NOTES = 20
MAX_NOTE = 200


class Oddities:
    """Gathers what was left out of one report, in words, up to a bound."""

    def __init__(self) -> None:
        self._notes: list[str] = []

    def note(self, field: str, problem: str) -> None:
        """Name a value that was left out, and why."""
        if len(self._notes) < MAX_NOTES:
            note = f"{field[:MAX_NOTE]}: {problem}"[:MAX_NOTE]
            if note not in self._notes:
                self._notes.append(note)

    def told(self) -> tuple[str, ...]:
        """Return what was left out, the first first."""
        return tuple(self._notes)
