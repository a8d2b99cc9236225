import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.page.drawing.charts import HEIGHT, WIDTH, charts
from exporter.model import MAX_INT64, Counts, Status
from exporter.times import DAY, MINUTE
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
        "0 B",
        "200 GiB",
        "400 GiB",
        "600 GiB",
        "800 GiB",
    ]
    assert size.text == (
        "2 runs from 2026-01-01 to 2026-01-02: 300 GiB to 755 GiB, the newest 755 GiB"
    )
    assert duration.title == "Duration"


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
