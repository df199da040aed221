"""Elements of a manifest, whatever prefix and capitals a tool gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element


def name(element: Element) -> str:
    """Return the name of an element in small letters, without its prefix."""
    return str(element.tag).rsplit("}", 1)[-1].lower()


def children(element: Element, wanted: str) -> Iterator[Element]:
    """Return the elements of a name inside another."""
    return (child for child in element if name(child) == wanted.lower())


def child(element: Element, *names: str) -> Element | None:
    """Return the first element on a path of names; None where there is none."""
    found: Element | None = element
    for name in names:
        found = None if found is None else next(children(found, name), None)
    return found


def text(element: Element | None) -> str:
    """Return the words of an element, in one line."""
    return " ".join("".join(element.itertext()).split()).replace("\x00", "") if element is not None else ""


def attribute(element: Element, name: str) -> str:
    """Return an attribute whatever its prefix and capitals: tools differ on both."""
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1].lower() == name.lower():
            return value.strip()
    return ""


def is_true(element: Element, name: str) -> bool:
    """Tell whether an attribute says yes."""
    return attribute(element, name).lower() in {"true", "1"}


def number(text: str, least: float, most: float) -> float | None:
    """Return a number within bounds; None for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if least <= number <= most else None
