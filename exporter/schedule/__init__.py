"""When a backup is due.

Pure: from what a job's runs told and what people set comes an `Expectation`, and from an
expectation and a moment whether the job is overdue. Nothing here asks the time, so a job turns
overdue by the question's moment alone.

The first of four rules that applies gives the expected start: what a person configured, what
Duplicati's own scheduler reported, what was learned from the pauses between runs, a default.
`docs/overdue.md` tells the rules to people.
"""

from exporter.schedule.due import expect
from exporter.schedule.expectation import Because, Expectation, Schedule, ScheduleSource, Step

__all__ = ["Because", "Expectation", "Schedule", "ScheduleSource", "Step", "expect"]
