"""When a backup is due.

Pure: from what a job's runs reported and what people set comes an `Expectation`, and from an
expectation and a time whether the job is overdue. Nothing here reads the clock, so a job becomes
overdue by the time of the call alone.

The first of four rules that applies gives the expected start: what a person configured, what
Duplicati's own scheduler reported, what was learned from the pauses between runs, a default.
`docs/overdue.md` explains the rules.
"""

from exporter.schedule.due import expect
from exporter.schedule.expectation import Because, Expectation, Schedule, ScheduleSource, Step

__all__ = ["Because", "Expectation", "Schedule", "ScheduleSource", "Step", "expect"]
