"""Leaves: a text in Markdown cut at its headings into slides or cards, each of plain blocks that a template can set.

A pure module. Known are paragraphs, lists, tables and strong words; a quotation is what the facilitator says and stands
in the notes. What is not known is set as its words.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Run = tuple[str, bool]
"""Words, and whether they are strong."""


@dataclass
class Leaf:
    """A slide or a card: its heading, its blocks, what is said to it."""

    title: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@functools.cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable(["reference", "html_block", "html_inline"])


def leaves(text: str) -> list[Leaf]:
    """Return the leaves of a text: one for each heading of the second level, what stands before the first being none."""
    found: list[Leaf] = []
    for node in SyntaxTreeNode(_markdown().parse(text)).children:
        if node.type == "heading" and node.tag == "h2":
            found.append(Leaf(_plain(node)))
        elif found and node.type == "blockquote":
            found[-1].notes.append(_plain(node))
        elif found:
            found[-1].blocks += _blocks(node)
    return found


def _blocks(node: SyntaxTreeNode) -> Iterator[dict[str, Any]]:
    match node.type:
        case "bullet_list" | "ordered_list":
            yield {"kind": node.type, "items": [list(_runs(item)) for item in node.children]}
        case "table":
            rows = [[_plain(cell) for cell in row.children] for part in node.children for row in part.children]
            yield {"kind": "table", "head": rows[0], "rows": rows[1:]}
        case "hr":
            return
        case _:
            yield {"kind": "paragraph", "runs": list(_runs(node))}


def _runs(node: SyntaxTreeNode, *, strong: bool = False) -> Iterator[Run]:
    for child in node.children:
        if child.type in {"softbreak", "hardbreak"}:
            yield "\n", strong
        elif child.children:
            yield from _runs(child, strong=strong or child.type == "strong")
        elif child.content:
            yield child.content, strong


def _plain(node: SyntaxTreeNode) -> str:
    return "".join(words for words, _strong in _runs(node)).strip()


def table_of(text: str) -> tuple[list[str], Sequence[list[str]]]:
    """Return the first table of a text: its headings and its rows; nothing where there is none."""
    for node in SyntaxTreeNode(_markdown().parse(text)).children:
        if node.type == "table":
            [block] = _blocks(node)
            return block["head"], block["rows"]
    return [], []


def before_table(text: str) -> str:
    """Return the words of a text that stand before its first table."""
    said = []
    for node in SyntaxTreeNode(_markdown().parse(text)).children:
        if node.type == "table":
            break
        said.append(_plain(node))
    return "\n".join(said)
