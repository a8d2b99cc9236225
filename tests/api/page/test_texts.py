"""What templates say goes through the catalogues, and what reports say never becomes HTML by it."""

from collections.abc import Iterator
from importlib import resources

import jinja2
import pytest
from jinja2 import nodes

from exporter.templating import environment, speak

TEXTS = {"_", "gettext", "ngettext", "pgettext"}
FOLDER = resources.files("api.page").joinpath("templates")
TEMPLATES = sorted(each.name for each in FOLDER.iterdir() if each.name.endswith(".jinja"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_only_what_is_written_in_a_template_is_a_text_of_html(name: str) -> None:
    called = [each for each in calls(name) if not isinstance(each.args[0], nodes.Const)]
    assert called == [], "texts from elsewhere take the filter translated"


def calls(name: str) -> Iterator[nodes.Call]:
    made = environment(jinja2.PackageLoader("api.page"))
    speak(made)
    for each in made.parse(FOLDER.joinpath(name).read_text()).find_all(nodes.Call):
        if isinstance(each.node, nodes.Name) and each.node.name in TEXTS:
            yield each
