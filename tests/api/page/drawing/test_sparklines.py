from api.page.drawing import sparklines
from exporter.model import Status
from exporter.store import PastRun
from exporter.times import HOUR, MINUTE, Millis


def runs(*statuses: Status, duration: Millis | None = MINUTE) -> list[PastRun]:
    return [PastRun(number, number * HOUR, each, duration) for number, each in enumerate(statuses)]


def test_a_strip_has_a_path_for_each_status_and_says_the_same_in_words() -> None:
    drawn = sparklines.strip(runs(Status.SUCCESS, Status.ERROR, Status.SUCCESS))
    assert drawn is not None
    assert {path.status: path.steps for path in drawn.paths} == {
        Status.SUCCESS: "M137 4v8M147 4v8",
        Status.ERROR: "M142 0v8m0 2v4",
    }
    assert drawn.text == "Last 3 runs: 2 success, 1 error; the newest success"


def test_the_newest_run_is_at_the_right_however_many_there_are() -> None:
    full = sparklines.strip(runs(*[Status.FATAL] * sparklines.RUNS))
    assert full is not None
    assert full.paths[0].steps.startswith("M2 0v14M7 0v14")
    assert full.paths[0].steps.endswith("M147 0v14")


def test_each_status_has_a_shape_of_its_own() -> None:
    assert len(set(sparklines.SHAPES.values())) == len(Status)


def test_what_never_ran_has_no_drawings() -> None:
    assert sparklines.strip([]) is None
    assert sparklines.spark([]) is None


def test_a_trend_needs_two_runs_that_told_how_long_they_took() -> None:
    untold = runs(Status.FATAL, Status.FATAL, duration=None)
    assert sparklines.spark([*untold, *runs(Status.SUCCESS)]) is None


def test_how_long_a_stopped_run_took_is_no_trend() -> None:
    assert sparklines.spark(runs(Status.SUCCESS, Status.INTERRUPTED)) is None


def test_a_trend_rises_with_the_duration_from_the_left_to_the_right() -> None:
    short, long = runs(Status.SUCCESS), runs(Status.SUCCESS, duration=2 * MINUTE)
    drawn = sparklines.spark([*short, *long])
    assert drawn is not None
    assert drawn.steps == "M142 7L147 1"
    assert drawn.text == "Last 2 runs took 1 min to 2 min"


def test_runs_that_took_no_time_lie_at_the_bottom() -> None:
    drawn = sparklines.spark(runs(Status.SUCCESS, Status.SUCCESS, duration=0))
    assert drawn is not None
    assert drawn.steps == "M142 13L147 13"
