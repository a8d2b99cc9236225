"""Values as Duplicati prints them: times of any calendar, and the files of a test."""

import pytest

from exporter.model import Status
from exporter.reports import read_report
from tests.exporter.reports.bodies import RESULTS, millis


@pytest.mark.parametrize(
    "seconds",
    [
        "-62135596800",
        "\u221262135596800",
        "\u200e-\u200e62135596800",
        "\u200f\u221262135596800\u200f",
        "-1",
    ],
)
def test_negative_seconds_are_no_time(seconds: str) -> None:
    text = f"Duplicati Backup report for Photos\n\n{RESULTS.format('Fatal')}"
    body = text.replace("(1795658749)", f"({seconds})").encode()
    run = read_report(body).run

    assert (run.began, run.ended) == (millis("2026-11-26T02:00:00Z"), None)


@pytest.mark.parametrize(
    "marks", ["\u200e(1795658400)", "(\u200f1795658400\u200f)", "(1795658400)\u200e"]
)
def test_marks_of_direction_are_passed_over(marks: str) -> None:
    text = f"Duplicati Backup report for Photos\n\n{RESULTS.format('Success')}"

    assert read_report(text.replace("(1795658400)", marks).encode()).run.began == millis(
        "2026-11-26T02:00:00Z"
    )


def test_a_run_whose_times_are_not_dated_still_tells_how_long_it_took() -> None:
    text = f"Duplicati Backup report for Photos\n\n{RESULTS.format('Success')}"
    run = read_report(text.replace(" (1795658749)", "").replace(" (1795658400)", "").encode()).run

    assert (run.began, run.ended, run.duration) == (None, None, 349_385)


@pytest.mark.parametrize(
    ("verifications", "status"),
    [
        ("[\n    Key: a\n    Value: [],\n    Key: b\n    Value: []\n]", Status.SUCCESS),
        (
            "[\n    Key: a\n    Value: [\n        Key: Error\n        Value: x\n    ]\n]",
            Status.ERROR,
        ),
        ("[\n    Key: Error\n    Value: []\n]", Status.ERROR),
        ("[\n    Key: a\n    Value: damaged\n]", Status.ERROR),
        ("[]", Status.SUCCESS),
    ],
)
def test_a_fault_in_the_text_of_a_test_is_seen(verifications: str, status: Status) -> None:
    results = RESULTS.format("Success").replace("Backup", "Test")
    body = f"Duplicati Test report for Photos\n\nVerifications: {verifications}\n{results}"
    told = read_report(body.encode()).run.verification

    assert told is not None
    assert told.status is status
