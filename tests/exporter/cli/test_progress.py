import pytest

from exporter.cli.progress import bar


@pytest.mark.parametrize(
    ("done", "of", "drawn"),
    [
        (0, 3, "[....................]"),
        (1, 3, "[######..............]"),
        (3, 3, "[####################]"),
        (0, 0, "[....................]"),
    ],
)
def test_a_bar_shows_how_much_is_done(done: int, of: int, drawn: str) -> None:
    assert bar(done, of) == drawn
