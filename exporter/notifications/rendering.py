"""Renders messages by templates, of which people may replace any with their own."""

from collections.abc import Mapping
from pathlib import Path

import jinja2

from exporter import templating


class TemplateError(Exception):
    """A template is wrong or uses what does not exist; the text says which."""


class Templates:
    """The templates of messages. Thread-safe."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use the program's templates, and in their place those of the same name in a folder."""
        own: jinja2.BaseLoader = jinja2.PackageLoader("exporter.notifications")
        loaders = [own] if folder is None else [jinja2.FileSystemLoader(folder), own]
        self._environment = templating.environment(jinja2.ChoiceLoader(loaders))

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Return a message; the name of a template is such as ``digest.html.jinja``.

        Raises:
            TemplateError: the template is wrong, or uses a variable that does not exist.
        """
        try:
            return self._environment.get_template(name).render(values)
        except jinja2.TemplateError as error:
            message = f"template {name}: {error}"
            raise TemplateError(message) from error
