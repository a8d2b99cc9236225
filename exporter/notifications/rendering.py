"""Renders messages by templates, of which people may replace any with their own."""

import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path

import jinja2

from exporter import templating
from exporter.templating import one_line, short

_SUFFIX = ".jinja"

_PRIVATE = "_"
"""A template with such a name is only a part of others."""

_MAX_FAULT = 300


class TemplateError(Exception):
    """A template is wrong or uses what does not exist; the text says which."""


class Templates:
    """The templates of messages. Thread-safe."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use the program's templates, and in their place those of the same name in a folder."""
        self._folder = folder
        self._own: jinja2.BaseLoader = jinja2.PackageLoader("exporter.notifications")
        loaders = [self._own] if folder is None else [jinja2.FileSystemLoader(folder), self._own]
        self._environment = templating.environment(jinja2.ChoiceLoader(loaders))

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Return a message; the name of a template is such as ``digest.html.jinja``.

        Raises:
            TemplateError: the template is wrong, or uses a variable that does not exist.
        """
        try:
            return self._environment.get_template(name).render(values)
        except Exception as error:
            raise TemplateError(_fault(name, error)) from error

    def problems(self, samples: Mapping[str, Iterable[Mapping[str, object]]]) -> list[str]:
        """Return what is wrong with the templates, each fault once.

        Args:
            samples: values to render each template with, by its name.
        """
        tried = ((name, values) for name, each in samples.items() for values in each)
        faults = [fault for name, values in tried if (fault := self._try(name, values))]
        return [*self._unknown(), *dict.fromkeys(faults)]

    def _try(self, name: str, values: Mapping[str, object]) -> str | None:
        try:
            self.render(name, values)
        except TemplateError as error:
            return str(error)
        return None

    def _unknown(self) -> list[str]:
        """Return what is wrong with the folder: there is none, or a file that replaces nothing."""
        if self._folder is None:
            return []
        if not self._folder.is_dir():
            return [f"{self._folder} is not a folder: create it, or remove the option templates"]
        own = [each for each in self._own.list_templates() if not each.startswith(_PRIVATE)]
        found = sorted(path.name for path in self._folder.glob(f"[!{_PRIVATE}.]*"))
        wrong = [name for name in found if name not in own]
        return [f"template {name} replaces none: there are {', '.join(own)}" for name in wrong]


def _fault(name: str, error: Exception) -> str:
    where = "".join(f", line {number}" for number in _lines(error)[-1:])
    said = one_line(str(error).partition("\n")[0]) or type(error).__name__
    return short(f"template {name}{where}: {said}", _MAX_FAULT)


def _lines(error: Exception) -> list[int]:
    """Return the numbers of the lines in templates where an error is, the innermost last."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return [error.lineno]
    frames = traceback.extract_tb(error.__traceback__)
    return [each.lineno or 0 for each in frames if each.filename.endswith(_SUFFIX)]
