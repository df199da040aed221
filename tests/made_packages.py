"""Packages of course content for the tests: built by tools that others wrote, and by hand where one must be odd."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NODE = ROOT / "scripts" / "node"


def zipped(files: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def manifest_12(items: str, resources: str, *, default: str = "all", version: str = "1.2") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
  <organizations default="{default}"><organization identifier="all"><title>窓口のDX</title>{items}</organization></organizations>
  <resources>{resources}</resources>
</manifest>"""


def manifest_2004(items: str, resources: str, rules: str = "") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
  <metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
  <organizations default="all"><organization identifier="all"><title>窓口のDX</title>{items}{rules}</organization></organizations>
  <resources>{resources}</resources>
</manifest>"""


def sco(identifier: str, href: str, kind: str = "sco") -> str:
    return f'<resource identifier="{identifier}" type="webcontent" adlcp:scormtype="{kind}" href="{href}"><file href="{href}"/></resource>'


def item(identifier: str, title: str, resource: str = "", inside: str = "") -> str:
    reference = f' identifierref="{resource}"' if resource else ""
    return f'<item identifier="{identifier}"{reference}><title>{title}</title>{inside}</item>'


def one_page(page: str = "<p>はじめに</p>") -> bytes:
    """The smallest package of SCORM 1.2 that is one."""
    return zipped(
        {"imsmanifest.xml": manifest_12(item("i", "はじめに", "r"), sco("r", "index.html")), "index.html": page}
    )


def by_sphinx(folder: Path, address: str) -> tuple[bytes, Path]:
    """A course written for Sphinx, made a SCORM 1.2 package by Petlja's builder; and the pages that it shows.

    The package keeps the contents and the record; the pages are to be found at an address of the web.
    """
    source = folder / "source"
    (source / "first").mkdir(parents=True)
    (source / "conf.py").write_text(
        'project = "窓口のDX"\nextensions = ["plct_bulder_for_sphinx.builder.plct_builder"]\n'
        f'content_uri = "{address}"\n'
        'include_toc = True\nadditional_build_targets = ["scorm"]\nhtml_theme = "basic"\n',
        encoding="utf-8",
    )
    pages = {
        "index": "窓口のDX\n========\n\n.. toctree::\n   :maxdepth: 3\n\n   first/index\n",
        "first/index": "待ち時間\n========\n\n.. toctree::\n\n   measure\n   reduce\n",
        "first/measure": "測る\n====\n\n待ち時間を測ります。\n",
        "first/reduce": "減らす\n======\n\n予約を使います。\n",
    }
    for name, text in pages.items():
        (source / f"{name}.rst").write_text(text, encoding="utf-8")
    made = folder / "made"
    subprocess.run([BIN / "sphinx-build", "-q", "-b", "plct_builder", source, made], check=True, capture_output=True)
    (archive,) = (made / "scorm").glob("*_scorm.zip")
    return archive.read_bytes(), made / "static_website"


QUIZ_PAGE = """<!doctype html><meta charset="utf-8"><title>窓口のDX</title>
<script>const exports = {};</script>
<script src="wrapper.js"></script>
<h1>窓口のDX</h1>
<p id="where"></p>
<button id="next">次のページ</button>
<button id="wrong">誤って答える</button>
<button id="right">正しく答える</button>
<script>
const scorm = exports.scorm;
scorm.initialize();
let page = Number(scorm.get("cmi.location")) || 1;
const show = () => {
  document.getElementById("where").textContent = `${page}ページ目 ${scorm.get("cmi.suspend_data")} ${scorm.get("cmi.learner_name")} ${scorm.get("cmi.entry")} 答え${scorm.get("cmi.interactions._count")}件 目標${scorm.get("cmi.objectives._count")}件`;
};
const answer = (score) => {
  const number = scorm.get("cmi.interactions._count");
  scorm.set(`cmi.interactions.${number}.id`, "q1");
  scorm.set(`cmi.interactions.${number}.type`, "true-false");
  scorm.set(`cmi.interactions.${number}.learner_response`, score > 50 ? "true" : "false");
  scorm.set("cmi.objectives.0.id", "o1");
  scorm.set("cmi.objectives.0.success_status", score > 50 ? "passed" : "failed");
  scorm.set("cmi.score.raw", score);
  scorm.set("cmi.score.scaled", score / 100);
  scorm.set("cmi.completion_status", "completed");
  scorm.set("cmi.session_time", "PT1M");
  scorm.commit();
};
document.getElementById("next").onclick = () => {
  page += 1;
  scorm.set("cmi.location", String(page));
  scorm.set("cmi.suspend_data", `控え${page}` + "あ".repeat(63000));
  scorm.commit();
  show();
};
document.getElementById("wrong").onclick = () => answer(40);
document.getElementById("right").onclick = () => answer(90);
onpagehide = () => { scorm.set("cmi.exit", "suspend"); scorm.set("cmi.session_time", "PT2M"); scorm.terminate(); };
show();
</script>
"""
"""The page that the packager packs. It speaks through @gamestdio/scorm, which looks for the run-time as most packages do."""


def by_packager(folder: Path, version: str = "2004 4th Edition") -> bytes:
    """A page packed by the npm package simple-scorm-packager, with a passing score of 80 %."""
    source, made = folder / "source", folder / "made"
    source.mkdir(parents=True)
    made.mkdir()
    shutil.copy(ROOT / "node_modules" / "@gamestdio" / "scorm" / "lib" / "index.js", source / "wrapper.js")
    (source / "index.html").write_text(QUIZ_PAGE, encoding="utf-8")
    program = (
        "require('simple-scorm-packager')({version: process.argv[1], organization: 'Test', title: '窓口のDX', language: 'ja', "
        "masteryScore: 80, source: process.argv[2], package: {zip: true, outputFolder: process.argv[3]}}, () => {})"
    )
    subprocess.run([NODE, "-e", program, version, source, made], check=True, capture_output=True, cwd=ROOT)
    (archive,) = made.glob("*.zip")
    return archive.read_bytes()


def by_scocli(folder: Path) -> bytes:
    """A project as the command line of scocli starts it: SCORM 2004 3rd Edition, with a default that does not exist.

    At its end it asks npm for a library that is not needed here; that may fail.
    """
    nowhere = {**os.environ, "npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}
    begin = [sys.executable, BIN / "build.py"]
    subprocess.run(begin, check=False, input=b"window\n", capture_output=True, cwd=folder, env=nowhere)
    subprocess.run([sys.executable, BIN / "bundle.py"], check=True, capture_output=True, cwd=folder / "window")
    return (folder / "window" / "window.zip").read_bytes()
