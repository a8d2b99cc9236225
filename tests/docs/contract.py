"""openapi.yaml as the tests ask it: its operations, and whether a value fits a schema in it."""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "post", "put", "patch", "delete")

_BASE = "urn:openapi"
_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_PICTURE = re.compile(r"\{(\w+):svg\}")
"""Falcon's placeholder of a path whose suffix the converter takes."""

Node = Mapping[str, Any]


class Example(NamedTuple):
    """An example, its pointer, and the pointer of the schema that it has to fit."""

    pointer: str
    schema_pointer: str
    value: Any


class Operation(NamedTuple):
    """A method of a path; `template` has no names in its placeholders."""

    method: str
    path: str
    pointer: str

    @property
    def template(self) -> str:
        return anonymous(self.path)


def anonymous(path: str) -> str:
    """Return a path without the names of its placeholders: these differ in the code."""
    return _PLACEHOLDER.sub("{}", _PICTURE.sub(r"{\1}.svg", path))


def join(pointer: str, *keys: str) -> str:
    """Return the JSON pointer of something deeper."""
    return pointer + "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


class Contract:
    """The file, read and searchable. Pointers are JSON pointers into it."""

    def __init__(self) -> None:
        self.text = resources.files("api").joinpath("openapi.yaml").read_text(encoding="utf-8")
        self.document: dict[str, Any] = yaml.load(self.text, yaml.CSafeLoader)
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource)

    def operations(self) -> list[Operation]:
        """Return every method of every path."""
        return [
            Operation(method.upper(), path, join("", "paths", path, method))
            for path, item in self.document["paths"].items()
            for method in item
            if method in METHODS
        ]

    def at(self, pointer: str) -> Any:  # noqa: ANN401 - YAML may hold anything
        """Return what is at a pointer."""
        node: Any = self.document
        for key in pointer.split("/")[1:]:
            name = key.replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if isinstance(node, list) else node[name]
        return node

    def resolve(self, pointer: str) -> str:
        """Follow a reference, if one is at a pointer."""
        node = self.at(pointer)
        if isinstance(node, dict) and "$ref" in node:
            return self.resolve(str(node["$ref"]).removeprefix("#"))
        return pointer

    def responses(self, operation: Operation) -> dict[int, str]:
        """Return the pointer of each answer of an operation, by status."""
        pointer = join(operation.pointer, "responses")
        return {int(status): self.resolve(join(pointer, status)) for status in self.at(pointer)}

    def faults(self, schema_pointer: str, value: object) -> list[str]:
        """Say what in a value does not fit a schema."""
        validator = Draft202012Validator(
            {"$ref": f"{_BASE}#{schema_pointer}"},
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def header_faults(self, response_pointer: str, headers: Mapping[str, str]) -> list[str]:
        """Say which headers of an answer are missing or do not fit."""
        faults: list[str] = []
        given = {name.lower(): value for name, value in headers.items()}
        pointer = join(response_pointer, "headers")
        for name in self.at(response_pointer).get("headers", ()):
            header = self.resolve(join(pointer, name))
            value = given.get(name.lower())
            if value is not None:
                faults += [
                    f"{name} {fault}" for fault in self.faults(join(header, "schema"), value)
                ]
            elif self.at(header).get("required", False):
                faults.append(f"{name} is missing")
        return faults

    def examples(self) -> Iterator[Example]:
        """Yield every example of the file."""
        yield from self._examples_in("", self.document)

    def _examples_in(self, pointer: str, node: object) -> Iterator[Example]:
        if isinstance(node, list):
            for index, entry in enumerate(node):
                yield from self._examples_in(join(pointer, str(index)), entry)
        if not isinstance(node, dict):
            return
        yield from _examples_of(pointer, node)
        for key, value in node.items():
            if key not in ("example", "examples"):
                yield from self._examples_in(join(pointer, key), value)


def _examples_of(pointer: str, node: Node) -> Iterator[Example]:
    """Yield what a media type, a parameter, a header or a schema gives as examples of itself."""
    schema_pointer = join(pointer, "schema") if "schema" in node else pointer
    if "example" in node:
        yield Example(join(pointer, "example"), schema_pointer, node["example"])
    given = node.get("examples", ())
    if isinstance(given, list):
        for index, value in enumerate(given):
            yield Example(join(pointer, "examples", str(index)), schema_pointer, value)
    elif isinstance(given, dict):
        for name, value in given.items():
            yield Example(join(pointer, "examples", name), schema_pointer, value["value"])


CONTRACT = Contract()
