"""A digest as it is sent: whole ones compared with files, and bounds whatever reports say."""

import logging
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model.conditions import Condition
from exporter.notifications.digest import (
    Choice,
    Composed,
    CopyFact,
    JobFacts,
    VerificationFact,
    collect,
    compose_digest,
)
from exporter.notifications.digest.composing import MAX_BYTES, MAX_TITLE
from exporter.notifications.rendering import Templates
from exporter.templating import columns
from tests.api.page.conftest import fill_with_all
from tests.exporter.notifications.digest.conftest import FINE, WEEK, facts_of, many, sources
from tests.support.daemon import NOW, Daemon
from tests.support.strategies.state import server_named

GOLDEN = Path(__file__).parents[3] / "support" / "golden"
URL = "https://backups.example"
TEMPLATES = Templates()

HOSTILE = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '" onload="alert(1)',
            "</td></tr></table><h1>All 40 backups are fine</h1>",
            "{{ 7 * 7 }}{% include 'x' %}",
            "Subject: x\r\nBcc: everybody@example.com",
            "gnp.\u202egpj \x00\x1b[31m",
            "&" * 1000,
            "中" * 300,
        ]
    ),
)


def compose(*jobs: JobFacts, url: str | None = URL) -> Composed:
    return compose_digest(facts_of(*jobs), TEMPLATES, url)


@pytest.mark.parametrize("extension", ["txt", "html"])
def test_the_digest_is_the_golden_one(
    pytestconfig: pytest.Config, daemon: Daemon, extension: str
) -> None:
    fill_with_all(daemon)
    made = compose_digest(collect(sources(daemon), WEEK, Choice()), TEMPLATES, URL)
    golden = GOLDEN / f"digest.{extension}"
    found = made.text if extension == "txt" else made.html
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
    assert made.title == "Backups: 1 overdue, 1 failing, … (2026-01-08 to 2026-01-15)"


def test_mail_clients_are_given_what_they_show() -> None:
    html = compose(FINE, replace(FINE, id=2, held=(Condition.FAILING,))).html
    assert not re.findall(r"<(script|link|img|iframe|form|svg|object)", html)
    assert not re.findall(r"(src=|@import|url\()", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {
        f"{URL}/jobs/1",
        f"{URL}/jobs/2",
        f"{URL}/servers/1",
        f"{URL}/digest?since=1w",
    }
    assert "max-width:640px" in html
    assert 'name="color-scheme" content="light dark"' in html


def test_without_a_public_url_nothing_is_a_link() -> None:
    made = compose(FINE, url=None)
    assert "href" not in made.html
    assert "http" not in made.text


@pytest.mark.parametrize("count", [0, 1, 60, 61, 10_000])
def test_a_mail_is_not_cut_however_many_backups_there_are(count: int) -> None:
    made = compose(*many(count, Condition.FAILING))
    assert len(made.html.encode()) <= MAX_BYTES
    assert made.html.rstrip().endswith("</html>")
    assert (f"and {count - 60:,} more, " in made.html) is (count > 60)
    assert (f"and {count - 60:,} more, " in made.text) is (count > 60)


def test_a_mail_of_very_long_names_has_fewer_rows() -> None:
    long = '"' * 500
    jobs = [
        replace(job, name=long, server=server_named(long, job.id), reason=long)
        for job in many(100, Condition.FAILING)
    ]
    made = compose(*jobs)
    assert MAX_BYTES // 2 < len(made.html.encode()) <= MAX_BYTES
    assert "and 85 more, 85 of them in trouble" in made.text


@settings(max_examples=100)
@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=5))
def test_what_a_report_says_is_text_and_breaks_nothing(named: list[tuple[str, str, str]]) -> None:
    jobs = [
        replace(
            FINE,
            id=number,
            name=name,
            server=server_named(server, number),
            held=(Condition.FAILING,),
            reason=other,
            copies=(CopyFact(other, NOW),),
            test=VerificationFact(NOW, passed=True),
            full_in_days=5.0,
        )
        for number, (name, server, other) in enumerate(named, 1)
    ]
    made = compose(*jobs)
    assert _tags(made.html) == _tags(compose(*(_harmless(job) for job in jobs)).html)
    assert len(made.html.encode()) <= MAX_BYTES
    for line in made.text.splitlines():
        assert columns(line) <= 72 or line.strip().startswith(URL), line
    for part in made:
        assert not set(part) & set("\0\x07\x1b\r\u202e\u2066\ud800")
    assert len(made.title.splitlines()) == 1
    assert len(made.title) <= MAX_TITLE


def _harmless(job: JobFacts) -> JobFacts:
    """Return a job of which the same is told with other names."""
    reason = "x" if job.reason and job.reason.split() else None
    server = server_named("x", job.server.id)
    return replace(job, name="x", server=server, reason=reason, copies=(CopyFact("x", NOW),))


def _tags(html: str) -> list[str]:
    return sorted(re.findall(r"<[^>]*>", html))


def test_people_can_replace_a_template(tmp_path: Path) -> None:
    (tmp_path / "digest.title.txt.jinja").write_text("{{ digest.count }}\nbackups")
    made = compose_digest(facts_of(FINE), Templates(tmp_path), URL)
    assert made.title == "1 backups"
    assert made.html == compose(FINE).html


@pytest.mark.parametrize("template", ["{{ digest.nothing }}", "{% if %}", "{{ nobody }}"])
def test_a_wrong_template_is_logged_and_the_digest_made_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, template: str
) -> None:
    (tmp_path / "digest.txt.jinja").write_text(template)
    with caplog.at_level(logging.ERROR):
        made = compose_digest(facts_of(FINE), Templates(tmp_path), URL)
    assert made == compose(FINE)
    (record,) = caplog.records
    assert record.getMessage() == "digest made without a wrong template"
