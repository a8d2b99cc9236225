import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.page.drawing.charts import HEIGHT, WIDTH, charts, table
from exporter.model import MAX_INT64, Counts, Status
from exporter.schedule.missed import Gap
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.strategies.state import START, stored_run

GIB = 1024**3


def test_a_chart_has_an_axis_with_round_numbers_and_says_the_same_in_words() -> None:
    sizes = [300 * GIB, 755 * GIB]
    runs = [
        stored_run(START + day * DAY, counts=Counts(examined_bytes=size))
        for day, size in enumerate(sizes)
    ]
    size, duration = charts(runs)
    assert size.title == "Source size"
    assert [tick.label for tick in size.rows] == [
        "0",
        "200 GiB",
        "400 GiB",
        "600 GiB",
        "800 GiB",
    ]
    assert size.text == (
        "2 runs from 2026-01-01 to 2026-01-02: 300 GiB to 755 GiB, the newest 755 GiB"
    )
    assert duration.title == "Duration"


@pytest.mark.parametrize(
    ("longest", "labels"),
    [
        (50 * MINUTE, ["0", "15 min", "30 min", "45 min", "60 min"]),
        (100 * MINUTE, ["0", "30 min", "60 min", "90 min", "120 min"]),
        (5 * HOUR, ["0", "2 h", "4 h", "6 h"]),
        (100 * SECOND, ["0", "30 s", "60 s", "90 s", "120 s"]),
        (3 * DAY, ["0", "1 d", "2 d", "3 d"]),
    ],
)
def test_the_marks_of_an_axis_have_one_unit(longest: Millis, labels: list[str]) -> None:
    (chart,) = charts([stored_run(START), stored_run(START + DAY, duration=longest)])
    assert [tick.label for tick in chart.rows] == labels


def test_sizes_on_an_axis_have_one_unit_too() -> None:
    sizes = [GIB, 1800 * GIB]
    runs = [
        stored_run(START + day * DAY, duration=None, counts=Counts(examined_bytes=size))
        for day, size in enumerate(sizes)
    ]
    (chart,) = charts(runs)
    assert [tick.label for tick in chart.rows] == [
        "0",
        "500 GiB",
        "1,000 GiB",
        "1,500 GiB",
        "2,000 GiB",
    ]


def test_runs_that_failed_were_stopped_or_did_not_come_are_marked_and_counted() -> None:
    ended = [Status.SUCCESS, Status.ERROR, Status.INTERRUPTED, Status.SUCCESS]
    runs = [stored_run(START + day * DAY, status=each) for day, each in enumerate(ended)]
    (chart,) = charts(runs, [Gap((START + 4 * DAY, START + 5 * DAY), 2)])
    assert [mark.name for mark in chart.marks] == ["missed", "failed", "interrupted"]
    missed, failed, interrupted = chart.marks
    assert missed.steps == "M376.0 136m-2-3h4v6h-4zM452.0 136m-2-3h4v6h-4z"
    assert failed.steps == "M148.0 136m-3-3l6 6m0-6l-6 6"
    assert interrupted.steps == "M224.0 136m-3 0l3-4 3 4-3 4z"
    assert chart.text.endswith(", the newest 1 min, 2 missed, 1 failed, 1 interrupted")
    assert chart.last == "2026-01-06"


def test_what_went_wrong_before_the_first_point_is_off_the_chart() -> None:
    ended = [Status.INTERRUPTED, Status.SUCCESS, Status.SUCCESS]
    runs = [stored_run(START + day * DAY, status=each) for day, each in enumerate(ended)]
    (chart,) = charts(runs, [Gap((START + DAY // 2,), 1, before=START + DAY)])
    assert chart.marks == ()
    assert "interrupted" not in chart.text


def test_the_table_has_every_value_of_every_chart_the_newest_first() -> None:
    runs = [
        stored_run(START, counts=Counts(examined_bytes=GIB)),
        stored_run(START + DAY, duration=None, counts=Counts(examined_bytes=2 * GIB)),
        stored_run(START + 2 * DAY, status=Status.FATAL),
    ]
    assert table(charts(runs)) == [
        ("2026-01-03 00:00:00 UTC", ["", "1 min"]),
        ("2026-01-02 00:00:00 UTC", ["2.00 GiB", ""]),
        ("2026-01-01 00:00:00 UTC", ["1.00 GiB", "1 min"]),
    ]


def test_a_run_that_died_tells_nothing_of_the_whole() -> None:
    counts = Counts(examined_bytes=GIB, uploaded_bytes=GIB)
    runs = [stored_run(START + day * DAY, status=Status.FATAL, counts=counts) for day in range(3)]
    assert [chart.title for chart in charts(runs)] == ["Duration", "Uploaded"]


def test_a_run_that_was_stopped_tells_what_it_sent_and_where_it_looked() -> None:
    looked = Counts(examined_bytes=GIB, stored_bytes=GIB, versions=1, uploaded_bytes=GIB)
    skipped = Counts(examined_bytes=0, stored_bytes=0, versions=0)
    for counts, titles in ((looked, ["Stored", "Uploaded"]), (skipped, [])):
        runs = [
            stored_run(START + day * DAY, status=Status.INTERRUPTED, counts=counts)
            for day in range(3)
        ]
        assert [chart.title for chart in charts(runs)] == titles


@pytest.mark.parametrize("count", [0, 1])
def test_one_run_is_no_line(count: int) -> None:
    assert charts([stored_run(START)] * count) == []


@given(
    st.lists(st.tuples(st.integers(0, 2 * DAY), st.integers(0, MAX_INT64)), min_size=2, max_size=30)
)
def test_every_line_lies_within_its_axes_whatever_was_reported(
    drawn: list[tuple[int, int]],
) -> None:
    timestamp, runs = START, []
    for gap, value in drawn:
        timestamp += gap
        counts = Counts(examined_bytes=value, stored_bytes=value, uploaded_bytes=value)
        runs.append(stored_run(timestamp, duration=value % 10**15, counts=counts))
    for chart in charts(runs):
        places = [tuple(map(float, each.split())) for each in chart.line[1:].split("L")]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
        assert len(chart.rows) <= 6


def test_a_day_is_the_least_of_long_spans() -> None:
    runs = [stored_run(START + day * DAY, duration=400 * DAY + MINUTE) for day in range(2)]
    (chart,) = charts(runs)
    assert chart.rows[-1].label == "404 d"
