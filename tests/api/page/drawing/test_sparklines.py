from api.page.drawing import sparklines
from exporter.model import Status
from exporter.schedule.missed import Gap
from exporter.store import PastRun
from exporter.times import HOUR, MINUTE, Millis


def runs(*statuses: Status, duration: Millis | None = MINUTE) -> list[PastRun]:
    return [PastRun(number, number * HOUR, each, duration) for number, each in enumerate(statuses)]


def test_a_strip_has_a_path_for_each_status_and_says_the_same_in_words() -> None:
    drawn = sparklines.strip(runs(Status.SUCCESS, Status.ERROR, Status.SUCCESS))
    assert drawn is not None
    assert {path.name: path.steps for path in drawn.paths} == {
        "success": "M137 4v8M147 4v8",
        "error": "M142 0v8m0 2v4",
    }
    assert drawn.text == "Last 3 runs: 2 success, 1 error; the newest success"


def test_the_newest_run_is_at_the_right_however_many_there_are() -> None:
    full = sparklines.strip(runs(*[Status.FATAL] * sparklines.RUNS))
    assert full is not None
    assert full.paths[0].steps.startswith("M2 0v14M7 0v14")
    assert full.paths[0].steps.endswith("M147 0v14")


def test_each_status_has_a_shape_of_its_own_and_so_has_a_missed_run() -> None:
    assert len(set(sparklines.SHAPES.values())) == len(Status) + 1


def test_a_missed_run_has_a_cell_between_the_others_and_is_counted() -> None:
    between = Gap((HOUR // 2,), 1, before=HOUR)
    drawn = sparklines.strip(runs(Status.SUCCESS, Status.ERROR), [between])
    assert drawn is not None
    assert {path.name: path.steps for path in drawn.paths} == {
        "success": "M137 4v8",
        "missed": "M140 2h4v10h-4z",
        "error": "M147 0v8m0 2v4",
    }
    assert drawn.text == "Last 2 runs: 1 success, 1 error, 1 missed; the newest error"


def test_what_is_missing_now_lies_at_the_right_and_leaves_room_for_runs() -> None:
    late = Gap((5 * HOUR,), 40)
    drawn = sparklines.strip(runs(*[Status.SUCCESS] * sparklines.RUNS), [late])
    assert drawn is not None
    steps = {path.name: path.steps for path in drawn.paths}
    assert steps["missed"].endswith("M145 2h4v10h-4z")
    assert (steps["success"].count("M"), steps["missed"].count("M")) == (20, 10)
    assert drawn.text == ("Last 20 runs: 20 success, 40 missed; the newest success, then 40 missed")


def test_what_was_missed_before_the_runs_that_are_drawn_is_not_counted() -> None:
    long_ago = Gap((HOUR // 2,), 1, before=HOUR)
    drawn = sparklines.strip(runs(*[Status.SUCCESS] * (sparklines.RUNS + 2)), [long_ago])
    assert drawn is not None
    assert drawn.text == "Last 30 runs: 30 success; the newest success"


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
