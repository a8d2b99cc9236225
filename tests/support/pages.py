"""Pages as trees, so that tests ask for what a reader finds and not for how it is written."""

from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

from falcon.testing import Result

_EMPTY = {"meta", "link", "input"}


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tree = TreeBuilder()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in _EMPTY:
            self._tree.end(tag)
        else:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tree.start(tag, {name: value or "" for name, value in attrs})
        self._tree.end(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "every element ends where it should"
        self._tree.end(tag)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._tree.data(data)

    def tree(self) -> Element:
        assert self._open == []
        return self._tree.close()


class Document:
    """A page that was answered."""

    def __init__(self, answer: Result) -> None:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        builder = _Builder()
        builder.feed(answer.text)
        builder.close()
        self.root = builder.tree()

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements with these attributes; an underscore stands for a hyphen."""
        return list(elements(self.root, tag, **attributes))

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def sentence(self) -> str:
        return text(self.one("p", id="sentence"))

    def lines(self) -> dict[str, Element]:
        """Return the lines at the top, each by what it is about."""
        top = self.one("div", id="top")
        return {line.attrib["data-line"]: line for line in top.iter("p")}

    def icon(self) -> str:
        """Return the address of the icon in the tab."""
        return self.one("link", rel="icon").attrib["href"]

    def count(self, name: str) -> int | None:
        """Return a number at the head, None where it is not shown."""
        found = self.all("dd", data_count=name)
        return int(text(found[0]).replace(",", "")) if found else None

    def jobs(self) -> dict[int, Element]:
        """Return the rows by the ids of their jobs, in their order."""
        return {
            int(row.attrib["data-job"]): row for row in self.all("tr") if "data-job" in row.attrib
        }

    def ids(self) -> list[int]:
        return list(self.jobs())


def elements(within: Element, tag: str, **attributes: str) -> Iterator[Element]:
    """Yield the elements below one that have these attributes."""
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    for found in within.iter(tag):
        if all(found.attrib.get(name) == value for name, value in wanted.items()):
            yield found


def cell(row: Element, name: str) -> Element:
    """Return the cell of a row by its class."""
    (found,) = elements(row, "td", class_=name)
    return found


def condition(row: Element) -> str:
    """Return the word for a row's job."""
    return row.attrib["data-condition"]


def stamp(within: Element) -> str | None:
    """Return the first timestamp within an element."""
    return next((time.attrib["datetime"] for time in within.iter("time")), None)


def text(element: Element) -> str:
    """Return what is read, without the spaces of the layout."""
    return " ".join("".join(element.itertext()).split())
