"""docs/notifications.md names the variables that templates get, and the titles of messages."""

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import asdict, fields

from exporter.formatting import DisplayTime
from exporter.model.conditions import Condition
from exporter.notifications.composing import (
    HTML,
    MAX_HTML,
    MAX_TEXT,
    MAX_TITLE,
    TEXT,
    TITLE,
    ShownEvent,
    compose,
)
from exporter.notifications.events import Event, Happening
from exporter.notifications.facts import MAX_NAME, MAX_REASON
from exporter.notifications.samples import NOW, samples
from exporter.times import HOUR
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.events import CONTEXT, jobs, of_job

PAGE = pages.read("docs/notifications.md")
NAS = "nas / Documents"

TITLED: list[list[Event]] = [
    [of_job(NAS)],
    jobs(12, servers=3),
    [of_job(NAS), *jobs(2, 2, Condition.FAILING)],
    *([of_job(NAS, happening=each)] for each in (Happening.LASTS, Happening.OVER)),
    *([of_job(NAS, happening=each)] for each in (Happening.PAST, Happening.FLAPPING)),
]


def _named(hook: str) -> list[str]:
    return [name for row in doc_hooks.rows(PAGE, hook) for name in pages.code(row[0])]


@pytest.mark.parametrize("template", [TITLE, TEXT, HTML])
def test_the_variables_of_a_template_are_those_that_it_gets(template: str) -> None:
    given: list[Mapping[str, Any]] = [*samples()[template]]
    assert given
    for values in given:
        assert sorted(values) == sorted(_named("alert-variables"))


def test_the_fields_of_an_event_and_of_a_time_are_those_that_there_are() -> None:
    assert sorted(_named("event-variables")) == sorted(each.name for each in fields(ShownEvent))
    time = asdict(DisplayTime.from_timestamp(NOW - 4 * HOUR, NOW))
    shown = {name.strip("`"): example for name, example in doc_hooks.rows(PAGE, "time-variables")}
    assert shown == time


def test_the_titles_are_those_of_messages() -> None:
    titles = [title for _, title in doc_hooks.rows(PAGE, "titles")]
    assert titles == [compose(events, CONTEXT).title for events in TITLED]


def test_the_limits_are_those_of_messages() -> None:
    found = doc_hooks.numbers(PAGE, "limits")
    assert found == [MAX_NAME, MAX_REASON, MAX_TITLE, MAX_TEXT, MAX_HTML // 1000]


def test_every_template_is_named() -> None:
    named = _named("templates")
    assert {TITLE, TEXT, HTML, "_base.html.jinja"} <= {*named, *pages.code(PAGE)}
    for name in named:
        assert (pages.ROOT / "exporter" / "notifications" / "templates" / name).is_file()
