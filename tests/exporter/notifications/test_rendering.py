from pathlib import Path

import pytest

from exporter.notifications.rendering import TemplateError, Templates
from exporter.notifications.samples import samples

TEXT = "alert.txt.jinja"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "templates"


def put(folder: Path, text: str, name: str = TEXT) -> Templates:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return Templates(folder)


def test_the_programs_own_templates_have_no_problems() -> None:
    assert Templates().problems(samples()) == []


def test_a_folder_may_replace_one_template_and_a_part_of_others(folder: Path) -> None:
    put(folder, "<b>{% block main %}{% endblock %}</b>", "_base.html.jinja")
    templates = put(folder, "{{ events[0].line }}")
    assert templates.problems(samples()) == []
    assert templates.render(TEXT, samples()[TEXT][0]) == "nas / Documents is overdue"
    assert templates.render("alert.html.jinja", samples()[TEXT][0]).startswith("<b>")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n{{ nobody }}", "line 2: 'nobody' is undefined"),
        ("{% if %}", "line 1: Expected an expression, got 'end of statement block'"),
        ("\n\n{{ 1 / 0 }}", "line 3: division by zero"),
        ("{{ sentence + 1 }}", 'line 1: can only concatenate str (not "int") to str'),
        ("{{ events[0].nobody }}", "'exporter.notifications.composing.ShownEvent object' has no"),
        ("{% include 'gone.jinja' %}", "gone.jinja"),
    ],
)
def test_a_fault_of_a_template_is_named_once_with_its_line(
    folder: Path, text: str, said: str
) -> None:
    (problem,) = put(folder, text).problems(samples())
    assert problem.startswith(f"template {TEXT}")
    assert said in problem
    assert str(folder) not in problem


def test_a_template_that_is_no_text_is_a_fault(folder: Path) -> None:
    folder.mkdir()
    (folder / TEXT).write_bytes(b"\xff")
    (problem,) = Templates(folder).problems(samples())
    assert problem.startswith(f"template {TEXT}: 'utf-8' codec can't decode")


def test_a_file_that_replaces_no_template_is_a_fault(folder: Path) -> None:
    (problem,) = put(folder, "", "alert.text.jinja").problems(samples())
    assert problem.startswith("template alert.text.jinja replaces none: there are alert.html.jinja")


def test_a_folder_that_is_missing_is_a_fault(folder: Path) -> None:
    (problem,) = Templates(folder).problems(samples())
    assert problem == f"{folder} is not a folder: create it, or remove the option templates"


def test_the_template_of_a_message_escapes_html_and_not_plain_text(folder: Path) -> None:
    put(folder, "{{ sentence }}", "alert.html.jinja")
    templates = put(folder, "{{ sentence }}")
    assert templates.render(TEXT, {"sentence": "<b>"}) == "<b>"
    assert templates.render("alert.html.jinja", {"sentence": "<b>"}) == "&lt;b&gt;"


def test_a_template_that_does_not_exist_is_named() -> None:
    with pytest.raises(TemplateError, match=r"template nothing\.jinja"):
        Templates().render("nothing.jinja", {})
