"""A manifest (imsmanifest.xml) says what a package holds: the standard it speaks, its title, its parts in order.

Read after SCORM 1.2 Content Aggregation Model and SCORM 2004 4th Edition Content Aggregation Model (ADL). Authoring
tools write odd manifests: what can be understood is taken and remarked upon, what cannot is refused by name.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kernel.errors import InvalidError

from courses.models import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MANIFEST = "imsmanifest.xml"
MOST_PARTS = 500
MOST_DEPTH = 20
MOST_NAMED = 3
LONGEST_IDENTIFIER = 200
LONGEST_TITLE = 200
BASE = "{http://www.w3.org/XML/1998/namespace}base"
OTHERS = {"cmi5.xml": "cmi5", "tincan.xml": "xAPI(Tin Can)", "h5p.json": "H5P", "content.opf": "EPUB"}
"""What an archive without a manifest may be, by a file that gives it away."""
NO_SCORM = "SCORM 1.2かSCORM 2004で書き出したZIPファイルを選んでください。"
UNUSED_ORDER = "順番や条件の指定(シーケンシング)は使いません。受講者は目次からどの部分でも開けます。"


@dataclass(frozen=True)
class Part:
    """A part of a package: a heading without a page, or a page; a SCO (`reports`) tells how far somebody got.

    `mastery` is the score from which it is passed: 0 to 100 in SCORM 1.2, -1 to 1 in SCORM 2004. `threshold` is the
    share (0 to 1) of it from which it is complete (2004 only).
    """

    identifier: str
    title: str
    depth: int
    path: str = ""
    query: str = ""
    reports: bool = False
    mastery: float | None = None
    threshold: float | None = None
    launch_data: str = ""
    max_time: str = ""
    time_limit_action: str = ""


@dataclass(frozen=True)
class Manifest:
    """What a manifest says, its parts from top to bottom, and sentences on what is unusual or not used."""

    standard: Standard
    title: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = field(default=())

    @property
    def outline(self) -> list[dict[str, Any]]:
        """Return the parts as data, to be kept."""
        return [asdict(part) for part in self.parts]


def parts_from(outline: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Return the parts that were kept as data."""
    return [Part(**row) for row in outline]


def pages(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that have a page."""
    return [part for part in parts if part.path]


def _refused(why: str) -> InvalidError:
    return InvalidError(f"この教材パッケージは取り込めません。{why}", field="file")


def folder_of(names: Sequence[str]) -> str:
    """Return the folder of an archive in which its manifest lies, with a slash; empty for the top.

    Raises InvalidError that says what the archive seems to be where there is no manifest, or more than one.
    """
    found = [name for name in names if name.rsplit("/", 1)[-1].lower() == MANIFEST]
    top = min((name.count("/") for name in found), default=0)
    highest = [name for name in found if name.count("/") == top]
    if len(highest) == 1:
        return highest[0][: -len(MANIFEST)]
    if highest:
        message = f"{MANIFEST}が二つ以上あります。教材を一つずつ別のZIPファイルにしてください。"
        raise _refused(message)
    kinds = {OTHERS[name.rsplit("/", 1)[-1].lower()] for name in names if name.rsplit("/", 1)[-1].lower() in OTHERS}
    seems = f"{'、'.join(sorted(kinds))}の教材のようです。" if kinds else ""
    message = f"{MANIFEST}がありません。{seems}{NO_SCORM}"
    raise _refused(message)


def read(content: bytes, files: Mapping[str, str]) -> Manifest:
    """Read a manifest. `files` are the paths beside it, by their lower-case form.

    Raises InvalidError that names what is wrong.
    """
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        message = f"{MANIFEST}をXMLとして読めません。"
        raise _refused(message) from error
    return _Reader(root, files).manifest()


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1].lower()


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _name(child) == name.lower())


def _child(element: Element, *names: str) -> Element | None:
    found: Element | None = element
    for name in names:
        found = None if found is None else next(_children(found, name), None)
    return found


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()).replace("\x00", "") if element is not None else ""


def _attribute(element: Element, name: str) -> str:
    """Return an attribute whatever its prefix and capitals: tools differ on both."""
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1].lower() == name.lower():
            return value.strip()
    return ""


def _number(text: str, least: float, most: float) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if least <= number <= most else None


class _Reader:
    """Reads one manifest; what is unusual is gathered on the way."""

    def __init__(self, root: Element, files: Mapping[str, str]) -> None:
        self.root, self.files = root, files
        self.remarks: list[str] = []
        self.parts: list[Part] = []
        self.taken: set[str] = set()
        self.standard = self._standard()
        resources = _child(root, "resources")
        self.base = posixpath.join(root.get(BASE, ""), resources.get(BASE, "") if resources is not None else "")
        self.resources = {_attribute(row, "identifier"): row for row in root.iter() if _name(row) == "resource"}

    def manifest(self) -> Manifest:
        organisation = self._organisation()
        if organisation is not None:
            for item in _children(organisation, "item"):
                self._take(item, 0)
        if not pages(self.parts):
            self._take_first_page()
        self._look_for_unused()
        self._look_for_missing()
        title = _text(_child(organisation, "title")) if organisation is not None else ""
        return Manifest(
            self.standard, (title or self.parts[0].title)[:LONGEST_TITLE], tuple(self.parts), tuple(self.remarks)
        )

    def _standard(self) -> Standard:
        said = _text(_child(self.root, "metadata", "schemaversion"))
        if said.startswith(("2004", "CAM 1.3", "1.3")):
            return Standard.SCORM_2004
        if said == Standard.SCORM_12.value:
            return Standard.SCORM_12
        names = " ".join({str(element.tag) for element in self.root.iter()} | self._attribute_names())
        if "adlcp_v1p3" in names:
            return Standard.SCORM_2004
        if "adlcp_rootv1p2" in names:
            return Standard.SCORM_12
        said = f"(「{said[:40]}」とあります)" if said else ""
        message = f"{MANIFEST}に、SCORM 1.2かSCORM 2004の教材だと書かれていません{said}。{NO_SCORM}"
        raise _refused(message)

    def _attribute_names(self) -> set[str]:
        return {key for element in self.root.iter() for key in element.attrib}

    def _organisation(self) -> Element | None:
        """Return the organization that is shown: the default one, else the first."""
        holder = _child(self.root, "organizations")
        rows = list(_children(holder, "organization")) if holder is not None else []
        if holder is None or not rows:
            self.remarks.append("目次(organization)がないため、最初のページだけを使います。")
            return None
        default = _attribute(holder, "default")
        found = next((row for row in rows if _attribute(row, "identifier") == default), None)
        if found is None and default:
            self.remarks.append(f"既定の目次「{default[:60]}」がないため、最初の目次を使います。")
        if len(rows) > 1:
            self.remarks.append(f"目次が{len(rows)}つあります。そのうち一つだけを使います。")
        return rows[0] if found is None else found

    def _take(self, item: Element, depth: int) -> None:
        if len(self.parts) >= MOST_PARTS or depth > MOST_DEPTH:
            message = f"目次が大きすぎます({MOST_PARTS}項目、{MOST_DEPTH}段まで)。"
            raise _refused(message)
        title = _text(_child(item, "title")) or _attribute(item, "title")
        identifier = self._free(_attribute(item, "identifier") or f"part-{len(self.parts) + 1}")
        if not title:
            self.remarks.append(f"題のない項目「{identifier}」があります。")
        said: dict[str, Any] = {
            "identifier": identifier,
            "title": (title or identifier)[:LONGEST_TITLE],
            "depth": depth,
        }
        reference = _attribute(item, "identifierref")
        if reference:
            said |= self._page(reference, _attribute(item, "parameters"), str(said["title"]))
            said |= self._rules(item)
        self.parts.append(Part(**said))
        for child in _children(item, "item"):
            self._take(child, depth + 1)

    def _free(self, identifier: str) -> str:
        plain = identifier.replace("\x00", "")[:LONGEST_IDENTIFIER]
        free, number = plain, 2
        while free in self.taken:
            free, number = f"{plain}#{number}", number + 1
        if free != plain:
            self.remarks.append(f"識別子「{plain[:60]}」が二度使われています。")
        self.taken.add(free)
        return free

    def _page(self, reference: str, parameters: str, title: str) -> dict[str, Any]:
        resource = self.resources.get(reference)
        if resource is None:
            message = f"「{title}」が指す中身({reference[:60]})が、{MANIFEST}に書かれていません。"
            raise _refused(message)
        path, query = self._address(resource, title)
        if parameters:  # CAM 1.3.1, 3.4.1.12: joined to what the address has already
            plain = parameters.lstrip("?&")
            query += plain if plain.startswith("#") else ("&" if "?" in query else "?") + plain
        kind = _attribute(resource, "scormtype").lower()
        return {"path": path, "query": query[:1000], "reports": kind != "asset"}

    def _address(self, resource: Element, title: str) -> tuple[str, str]:
        """Return the path of a resource's page among the files, and what follows it in the address."""
        href = _attribute(resource, "href").replace("\\", "/")
        split = urlsplit(href)
        if split.scheme or split.netloc:
            message = f"「{title}」は外部のアドレス({href[:60]})を指しています。中身を含めて書き出し直してください。"
            raise _refused(message)
        path = posixpath.normpath(posixpath.join(self.base, resource.get(BASE, ""), unquote(split.path)))
        found = self.files.get(path.lower())
        if not split.path or found is None:
            message = f"「{title}」のファイル({href[:60] or '指定なし'})が、ZIPファイルの中にありません。"
            raise _refused(message)
        if found != path:
            self.remarks.append(f"「{path}」は大文字と小文字が違います(中身は「{found}」)。")
        query = f"?{split.query}" if split.query else ""
        return found, query + (f"#{split.fragment}" if split.fragment else "")

    def _take_first_page(self) -> None:
        """Take the first resource that has a page, where no item refers to one."""
        for identifier, resource in self.resources.items():
            if _attribute(resource, "href"):
                said = self._page(identifier, "", identifier)
                self.parts = [Part(self._free(identifier or "part-1"), "本編", 0, **said)]
                return
        message = "開くページが一つもありません。"
        raise _refused(message)

    def _rules(self, item: Element) -> dict[str, Any]:
        """Return what the manifest asks of a part: a passing score, a share, a time."""
        said: dict[str, Any] = {
            "launch_data": _text(_child(item, "dataFromLMS"))[:4096],
            "max_time": _text(_child(item, "maxtimeallowed")),
            "time_limit_action": _text(_child(item, "timelimitaction")),
        }
        if self.standard is Standard.SCORM_12:
            asked = _child(item, "masteryscore")
            said["mastery"] = _number(_text(asked), 0, 100)
        else:
            sequencing = self._sequencing(item)
            primary = _child(sequencing, "objectives", "primaryObjective") if sequencing is not None else None
            asked = _child(primary, "minNormalizedMeasure") if primary is not None else None
            by_measure = primary is not None and _attribute(primary, "satisfiedByMeasure").lower() in {"true", "1"}
            said["mastery"] = (_number(_text(asked), -1, 1) if asked is not None else 1.0) if by_measure else None
            said["threshold"] = self._threshold(item)
            limit = _child(sequencing, "limitConditions") if sequencing is not None else None
            said["max_time"] = _attribute(limit, "attemptAbsoluteDurationLimit") if limit is not None else ""
        if asked is not None and _text(asked) and said["mastery"] is None and self.standard is Standard.SCORM_12:
            self.remarks.append(f"合格点「{_text(asked)[:20]}」は0から100までの数ではないため、使いません。")
        return said

    def _sequencing(self, item: Element) -> Element | None:
        found = _child(item, "sequencing")
        shared = _attribute(found, "IDRef") if found is not None else ""
        for row in self.root.iter() if shared else ():
            if _name(row) == "sequencing" and _attribute(row, "ID") == shared:
                return row
        return found

    @staticmethod
    def _threshold(item: Element) -> float | None:
        asked = _child(item, "completionThreshold")
        if asked is None:
            return None
        by_measure = _attribute(asked, "completedByMeasure").lower()  # 4th edition; in the 3rd the text is the number
        said = _attribute(asked, "minProgressMeasure") if by_measure in {"true", "1"} else _text(asked)
        return _number(said or "1.0", 0, 1) if said or by_measure in {"true", "1"} else None

    def _look_for_unused(self) -> None:
        names = {_name(element) for element in self.root.iter()}
        if names & {"prerequisites", "sequencingrules", "rolluprules", "rolluprule", "precondition", "mapinfo"}:
            self.remarks.append(UNUSED_ORDER)

    def _look_for_missing(self) -> None:
        """Remark upon files that the manifest lists and the archive has not."""
        missing = []
        for resource in self.resources.values():
            for row in _children(resource, "file"):
                href = _attribute(row, "href").replace("\\", "/")
                path = posixpath.normpath(
                    posixpath.join(self.base, resource.get(BASE, ""), unquote(urlsplit(href).path))
                )
                if href and not re.match(r"[a-z]+:", href) and path.lower() not in self.files:
                    missing.append(path)
        if missing:
            named = "、".join(missing[:MOST_NAMED])
            self.remarks.append(f"一覧にあるファイルが{len(missing)}個入っていません({named}など)。")
