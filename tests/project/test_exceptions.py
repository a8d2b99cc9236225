"""Where a check is told to look away, a person is told why."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.project.test_files import TEXTS

_SILENCES = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)?"
    r"|(?:type|mypy):\s*ignore(?:-errors)?(?:\[[a-z, -]+\])?"
    r"|pragma:\s*no (?:cover|branch)"
    r"|hadolint ignore=[A-Z0-9,]+)"
)
_MARKS = ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail")
_SKIPS = re.compile(r"(?:.*\.)?(?:skip|skipif|xfail|importorskip|skipUnless|skipIf|skipTest)")
_COMMENT = re.compile(r"\s*#(?!!).*")
_WORD = re.compile(r"[A-Za-z]{2}")

PYTHON = {name: text for name, text in TEXTS.items() if name.endswith(".py")}


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _unexplained(text: str, comments: Iterator[tuple[int, str]]) -> Iterator[int]:
    """Yield the lines that silence a check without a reason on them or in a comment above."""
    lines = text.splitlines()
    for number, comment in comments:
        above = lines[number - 2] if number > 1 else ""
        by_comment = _COMMENT.fullmatch(above) and not _SILENCES.search(above) and _has_words(above)
        if _SILENCES.search(comment) and not by_comment and not _has_words(comment):
            yield number


def _has_words(comment: str) -> bool:
    return _WORD.search(_SILENCES.sub("", comment)) is not None


def _unexplained_skips(text: str) -> Iterator[int]:
    """Yield the lines where a test is skipped, or let fail, and nobody is told why."""
    nodes = list(ast.walk(ast.parse(text)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    for call in calls:
        if _SKIPS.fullmatch(ast.unparse(call.func)) and not _says_why(call):
            yield call.lineno
    called = {id(call.func) for call in calls}
    marks = (node for node in nodes if isinstance(node, ast.Attribute) and id(node) not in called)
    yield from (mark.lineno for mark in marks if ast.unparse(mark) in _MARKS)


def _says_why(call: ast.Call) -> bool:
    if any(each.arg in ("reason", "msg") for each in call.keywords):
        return True
    name = ast.unparse(call.func)
    return bool(call.args) and name in ("pytest.skip", "pytest.xfail", "pytest.mark.skip")


def test_each_check_that_is_silenced_has_its_reason() -> None:
    assert len(PYTHON) > 500
    wrong = [
        f"{name}:{number}"
        for name, text in PYTHON.items()
        for number in _unexplained(text, _comments(text))
    ]
    assert wrong == []


def test_each_test_that_is_skipped_has_its_reason() -> None:
    wrong = [
        f"{name}:{number}" for name, text in PYTHON.items() for number in _unexplained_skips(text)
    ]
    assert wrong == []


def test_each_check_of_an_image_that_is_silenced_has_its_reason() -> None:
    text = TEXTS["deploy/docker/Dockerfile"]
    assert "hadolint ignore" in text
    assert list(_unexplained(text, iter(enumerate(text.splitlines(), 1)))) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa: E501",
        "x = 1  # noqa",
        "x = 1  # type: ignore[assignment]",
        "x = 1  # type: ignore",
        "x = 1  # type: ignore[assignment]  # noqa: S608",
        "x = 1  # pragma: no cover",
        "# noqa: S608 - constant\nx = 1  # noqa: S608",
        "#\nx = 1  # noqa: S608",
    ],
)
def test_a_check_that_is_silenced_without_a_reason_is_found(line: str) -> None:
    assert list(_unexplained(line, _comments(line))) == [line.count("\n") + 1]


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa: S608 - constant",
        "x = 1  # noqa: S608, E501 - constant",
        "x = 1  # type: ignore[assignment] # by their names",
        "x = 1  # pragma: no cover - another system's",
        "# Path takes three times as long.\nx = 1  # noqa: PTH116",
        "x = 1  # noqa: PLR0913 - a field each",
        "x = '# noqa'",
    ],
)
def test_a_reason_on_the_line_or_above_is_one(line: str) -> None:
    assert list(_unexplained(line, _comments(line))) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("@pytest.mark.skip\ndef test(): ...", False),
        ("@pytest.mark.skip()\ndef test(): ...", False),
        ("@pytest.mark.xfail(strict=True)\ndef test(): ...", False),
        ("pytest.importorskip('isal')", False),
        ("pytest.skip()", False),
        ("@pytest.mark.skip(reason='no such system')\ndef test(): ...", True),
        ("pytest.skip('no such system')", True),
    ],
)
def test_a_skip_is_to_say_why(line: str, told: bool) -> None:  # noqa: FBT001 - a column
    assert list(_unexplained_skips(line)) == ([] if told else [1])
