"""The cover (表紙) of a course: a quiet pattern drawn from its address, in the tints of its track; the same on every machine.

A pure module: it gives paths of SVG, which a template draws (`templates/components/cover.html`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

COLUMNS, ROWS, TILE = 8, 3, 40
PICTOGRAMS = {
    "foundation": "lightbulb", "workstyle": "edit_note", "data-ai": "query_stats", "security-cloud": "security",
    "citizen-service": "diversity_3", "leadership": "flag",
}  # fmt: skip
"""What stands in the middle of the covers of a track; others show a book."""
TINTED = ("foundation", "workstyle", "data-ai", "security-cloud", "citizen-service")
"""The tracks that have tints of their own; others have the plain ones."""
TILES = (
    "",
    "M{x} {y}h40a40 40 0 0 1-40 40z",
    "M{x2} {y}v40a40 40 0 0 1-40-40z",
    "M{x} {y2}v-40a40 40 0 0 1 40 40z",
    "M{x2} {y2}h-40a40 40 0 0 1 40-40z",
    "M{x} {y1}a20 20 0 0 1 40 0z",
    "M{x1} {y1}m-12 0a12 12 0 1 0 24 0a12 12 0 1 0-24 0z",
    "",
)
"""What a tile may show: nothing, a quarter of a circle in one of four corners, a half, a dot."""


@dataclass(frozen=True)
class Cover:
    """The number of the tints (0: the plain ones), the pictogram, and the outlines in the lighter and in the darker tone."""

    tint: int
    pictogram: str
    light: str
    dark: str


def cover(slug: str, track: str) -> Cover:
    """Return the cover of the course and track of these addresses."""
    drawn = hashlib.sha256(slug.encode()).digest()
    tones = ["", ""]
    for number in range(COLUMNS * ROWS):
        x, y = number % COLUMNS * TILE, number // COLUMNS * TILE
        places = {"x": x, "x1": x + TILE // 2, "x2": x + TILE, "y": y, "y1": y + TILE // 2, "y2": y + TILE}
        tones[drawn[number] >> 7] += TILES[drawn[number] % len(TILES)].format(**places)
    return Cover(TINTED.index(track) + 1 if track in TINTED else 0, PICTOGRAMS.get(track, "menu_book"), *tones)
