"""What a monitoring system reads cannot be broken by what a report says."""

import re

from hypothesis import given
from hypothesis import strategies as st

from exporter.cli import plugin
from exporter.cli.verdict import Fault, Job, State, Thresholds, Verdict

_FIGURE = re.compile(r"[a-z_]+=[0-9]+;0?;0?;0;[0-9]*")
"""https://www.monitoring-plugins.org/doc/guidelines.html: label=value;warn;crit;min;max."""

_HOSTILE = 'a\'b"|x=1;;;\n0 "Backups" - fine\\n\r\u2028\u202e\x1b[2J'


def state(text: str = "nas", sentence: str = "1 of 2 backups is overdue") -> State:
    """Return a state with one job and one fault, whose texts come from reports."""
    return State(
        state="critical",
        sentence=sentence,
        jobs=2,
        in_trouble=3,
        not_evaluated=0,
        conditions={"overdue": 1, "fine": 1},
        daemon=[],
        servers=[Fault("pull_failing", "warning", text, text)],
        worst=[Job(text, text, "overdue", "critical", "2026-11-23T22:00:01.000Z", text)],
    )


def test_the_line_has_the_verdict_the_sentence_and_the_figures() -> None:
    told = plugin.nagios(Verdict.CRITICAL, state(), Thresholds())
    line, fault, job, more = told.splitlines()
    text, _, figures = line.partition(" | ")
    assert text == "BACKUPS CRITICAL - 1 of 2 backups is overdue"
    assert figures.startswith("jobs=2;;;0; in_trouble=3;;;0;2 overdue=1;;0;0;2 failing=0;;0;0;2 ")
    assert "interrupted=0;0;;0;2" in figures
    assert "warning=0;;;0;2" in figures
    assert fault == "warning: nas: pull failing: nas"
    assert job == "critical: nas, nas: overdue since 2026-11-23T22:00:01.000Z: nas"
    assert more == "and 2 more"


def test_the_thresholds_are_those_that_were_chosen() -> None:
    told = plugin.nagios(Verdict.OK, state(), Thresholds(warning={"overdue"}, critical=set()))
    assert " overdue=1;0;;0;2 failing=0;;;0;2 " in told


def test_the_line_for_checkmk_has_its_own_form() -> None:
    line = plugin.checkmk(Verdict.CRITICAL, state())
    status, service, figures, text = line.split(" ", 3)
    assert (status, service) == ("2", '"Backups"')
    assert figures.split("|")[:3] == ["jobs=2", "in_trouble=3", "overdue=1"]
    assert text.startswith("1 of 2 backups is overdue\\nwarning: nas: pull failing: nas\\n")
    assert plugin.checkmk_unknown("nobody\nthere") == '3 "Backups" - nobody there'


@given(st.text() | st.just(_HOSTILE))
def test_no_text_breaks_the_lines(text: str) -> None:
    told = plugin.nagios(Verdict.CRITICAL, state(text, text), Thresholds())
    assert len(told.splitlines()) == 4
    assert told.count("|") == 1
    figures = told.splitlines()[0].partition(" | ")[2].split(" ")
    assert all(map(_FIGURE.fullmatch, figures))
    checkmk = plugin.checkmk(Verdict.CRITICAL, state(text, text))
    assert len(checkmk.splitlines()) == 1
    assert checkmk.count("\\") == checkmk.count("\\n") == 3
    assert len(plugin.unknown(text).splitlines()) == 1


def test_a_long_text_is_cut() -> None:
    assert (
        max(map(len, plugin.nagios(Verdict.OK, state("x" * 5000), Thresholds()).splitlines())) < 500
    )
