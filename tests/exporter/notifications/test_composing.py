"""Messages about events. The golden ones: see tests/support/golden/README.md."""

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model.conditions import (
    AnyCondition,
    Condition,
    DaemonCondition,
    ServerCondition,
)
from exporter.notifications.composing import MAX_HTML, MAX_TEXT, MAX_TITLE, Composed, compose
from exporter.notifications.events import Event, Happening
from exporter.notifications.facts import Facts, job_facts, server_facts
from exporter.notifications.rendering import Templates
from exporter.notifications.samples import NOW, event_of
from exporter.times import HOUR
from tests.exporter.conditions.views import daily, view_of
from tests.support.events import CONTEXT, event, jobs, of_job

GOLDEN = Path(__file__).parents[2] / "support" / "golden" / "messages"
ALL: list[AnyCondition] = [*Condition, *ServerCondition, *DaemonCondition]
AWAY = "The monitor was away from 02:00 to 04:10 UTC; reports of that time may be lost."

CASES: dict[str, Sequence[Event]] = {
    **{each.value: [event_of(each)] for each in ALL},
    "recovered": [event_of(Condition.OVERDUE, Happening.OVER)],
    "many": [
        *jobs(34, servers=4),
        of_job("nas / Photos", Condition.FAILING, Happening.LASTS),
        event_of(DaemonCondition.STORAGE),
        of_job("nas / Music", Condition.STALE, Happening.OVER),
    ],
    "few": [
        event_of(Condition.FAILING),
        of_job("nas / Music", Condition.STALE, Happening.OVER),
        event_of(ServerCondition.PULL_FAILING, Happening.FLAPPING),
    ],
}


class _Tags(HTMLParser):
    """The tags and attributes of a page, and its text; the tags must be closed in order."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_message_is_as_expected(name: str, kind: str, pytestconfig: pytest.Config) -> None:
    notice = AWAY if name == "many" else None
    composed = compose(CASES[name], replace(CONTEXT, notice=notice))
    plain = f"{composed.title}\n\n{composed.text}\n"
    found = plain if kind == "txt" else f"{composed.html}\n"
    path = GOLDEN / f"{name}.{kind}"
    if pytestconfig.getoption("--update-golden"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")
    assert composed.fault is None


def test_no_golden_message_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{name}.{kind}" for name in CASES for kind in ("txt", "html")
    }


def test_at_most_twenty_are_listed_and_the_rest_is_counted() -> None:
    composed = compose(jobs(54, servers=3), CONTEXT)
    assert composed.title == "54 backups of 3 servers are overdue"
    assert composed.text.count("is overdue") == 20
    assert composed.text.splitlines()[20] == "and 34 more"
    assert composed.text.endswith("https://backups.example/")
    assert composed.html.count(" is overdue") == 20
    assert "and 34 more" in composed.html


def test_without_an_address_there_is_no_link() -> None:
    facts = job_facts(view_of(daily()), Condition.OVERDUE, NOW)
    bare = replace(CONTEXT, public_url=None)
    for events in ([event(Condition.OVERDUE, facts, Happening.BEGAN)], jobs(3, 1)):
        composed = compose(events, bare)
        assert "http" not in composed.text
        assert "href" not in composed.html


def test_the_notice_is_the_first_line() -> None:
    for events in ([of_job("nas / A")], jobs(3, 1)):
        composed = compose(events, replace(CONTEXT, notice=f"{AWAY}\n{AWAY}"))
        assert composed.text.splitlines()[0].startswith(f"{AWAY} {AWAY}")
        assert AWAY in composed.html


def test_what_is_over_says_from_when_until_when() -> None:
    (over,) = [of_job("nas / A", happening=Happening.OVER)]
    composed = compose([over], CONTEXT)
    assert "From: 2026-01-15 04:00:00 UTC (4 hours ago)" in composed.text
    assert "Until: 2026-01-15 07:00:00 UTC (1 hour ago), for 3 hours" in composed.text
    assert "What to do" not in composed.text


def test_a_clock_that_was_set_back_does_no_harm() -> None:
    (over,) = [of_job("nas / A", happening=Happening.OVER)]
    composed = compose([replace(over, ended=over.began - HOUR)], CONTEXT)
    assert "for less than a minute" in composed.text


def test_a_faulty_template_loses_no_message(tmp_path: Path) -> None:
    (tmp_path / "alert.txt.jinja").write_text("{{ nobody }}", encoding="utf-8")
    composed = compose([of_job("nas / A")], replace(CONTEXT, templates=Templates(tmp_path)))
    assert composed.fault == "template alert.txt.jinja, line 1: 'nobody' is undefined"
    assert composed._replace(fault=None) == compose([of_job("nas / A")], CONTEXT)


def test_a_template_of_a_person_writes_the_message(tmp_path: Path) -> None:
    title = "{% for each in events %}\n{{ each.word }}!\n{% endfor %}"
    (tmp_path / "alert.title.txt.jinja").write_text(title, encoding="utf-8")
    composed = compose(jobs(2, 1), replace(CONTEXT, templates=Templates(tmp_path)))
    assert composed.title == "overdue! overdue!"


def test_a_template_that_writes_too_much_is_cut(tmp_path: Path) -> None:
    for name in ("alert.title.txt.jinja", "alert.txt.jinja", "alert.html.jinja"):
        (tmp_path / name).write_text("{{ 'x' * 30000 }}", encoding="utf-8")
    composed = compose(jobs(2, 1), replace(CONTEXT, templates=Templates(tmp_path)))
    assert [*map(len, composed[:3])] == [MAX_TITLE, MAX_TEXT, 0]


texts = st.text(max_size=400) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "'\" onload=x>",
        "</table></body>",
        "{{ 7 * 7 }}",
        "&" * 300,
        "\U0001f4be" * 300,
        "\ud800",
    ]
)


@st.composite
def hostile(draw: st.DrawFn) -> Event:
    condition = draw(st.sampled_from(ALL))
    name = draw(texts)
    known = server_facts(name, reason=draw(texts), public_url=CONTEXT.public_url)
    if draw(st.booleans()):
        known = replace(_job(known), subject=f"job:{draw(st.integers(1, 9))}")
    return event(condition, known, draw(st.sampled_from(Happening)))


def _job(known: Facts) -> Facts:
    when = event_of(Condition.FAILING).facts
    return replace(
        when,
        name=f"{known.name} / {known.name}",
        server=known.server,
        backup=known.name,
        reason=known.reason,
    )


@given(st.lists(hostile(), min_size=1, max_size=30), st.none() | texts)
def test_whatever_the_names_are_a_message_is_bounded_and_has_only_its_own_tags(
    events: list[Event], notice: str | None
) -> None:
    composed = compose(events, replace(CONTEXT, notice=notice))
    _check_bounds(composed)
    assert composed.fault is None
    tags = _Tags(composed.html)
    assert {*tags.seen} <= OWN


def _check_bounds(composed: Composed) -> None:
    assert 0 < len(composed.title) <= MAX_TITLE
    assert len(composed.title.splitlines()) == 1
    assert 0 < len(composed.text) <= MAX_TEXT
    assert 0 < len(composed.html.encode()) <= MAX_HTML


OWN = {
    tag
    for each in CASES.values()
    for notice in (None, AWAY)
    for tag in _Tags(compose(each, replace(CONTEXT, notice=notice)).html).seen
}
"""The tags of messages about harmless names."""


@pytest.mark.parametrize("count", [1, 2, 54])
@pytest.mark.parametrize("letter", ["x", "&", '"', "\N{FLOPPY DISK}", "\0"])
def test_long_names_leave_lines_out_and_cut_none(letter: str, count: int) -> None:
    known = _job(server_facts(letter * 400, reason=letter * 5000, public_url=CONTEXT.public_url))
    events = [
        event(Condition.FAILING, replace(known, subject=f"job:{each}"), Happening.LASTS)
        for each in range(count)
    ]
    composed = compose(events, replace(CONTEXT, notice=letter * 5000))
    _check_bounds(composed)
    assert composed.text.endswith("https://backups.example/jobs/7" if count == 1 else "example/")
    assert {*_Tags(composed.html).seen} <= OWN
    assert (count == 54) == ("more" in composed.text)


def test_a_message_loads_nothing_and_runs_nothing() -> None:
    assert {tag for tag, _ in OWN}.isdisjoint({"script", "img", "link", "iframe", "form"})
    assert not [names for _, names in OWN if {"src", "onclick"} & {*names}]
