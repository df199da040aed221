"""imsmanifest.xml, read as authoring tools write it: what can be understood is taken, and remarked upon where it is odd.

After SCORM 1.2 Content Aggregation Model and SCORM 2004 4th Edition Content Aggregation Model (ADL). What cannot be
understood is refused by name.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kernel.errors import InvalidError

from courses.packages.manifest import Manifest, Part, Rollup, folded_path, pages
from courses.packages.models import PackageStandard
from courses.packages.scorm.imsxml import attribute, child, children, name, text
from courses.packages.scorm.part_rules import rules
from courses.packages.scorm.rollup_rules import rollup, sequencing

if TYPE_CHECKING:
    from collections.abc import Sequence

MANIFEST = "imsmanifest.xml"
MOST_PARTS = 500
MOST_DEPTH = 20
MOST_NAMED = 3
LONGEST_IDENTIFIER = 200
LONGEST_TITLE = 200
LONGEST_QUERY = 1000
BASE = "{http://www.w3.org/XML/1998/namespace}base"
OTHERS = {
    "cmi5.xml": "cmi5",
    "tincan.xml": "xAPI(Tin Can)",
    "h5p.json": "H5P",
    "content.opf": "EPUB",
    "moodle_backup.xml": "Moodleのバックアップ",
    "course.crs": "AICC",
    "contentv3.xml": "eXeLearningの編集用",
    "content.xml": "eXeLearningの編集用",
}
"""What an archive without a manifest may be, by a file that gives it away."""
OTHER_SCHEMAS = {"common cartridge": "Common Cartridge", "thin common": "Common Cartridge", "qti": "QTI（問題）"}
"""What a manifest of another specification calls itself, in small letters."""
_DECLARED = re.compile(rb"""(<\?xml[^>]*?)\sencoding=["']([A-Za-z0-9._-]+)["']([^>]*\?>)""")
NO_SCORM = "SCORM 1.2かSCORM 2004で書き出したZIPファイルを選んでください。"
UNUSED_ORDER = "順番や条件の指定（シーケンシング）は使いません。受講者は目次からどの部分でも開けます。"
OWN_RULE = "この教材は、全部の部分を求めず、いつ終わりになるかを自分で決めています。レッスンの「終わりになるのは」で変えられます。"
HIDDEN = "目次に出さないと指定された部分は、目次に出さず、終えることも求めません。"


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
    kinds = {OTHERS[plain] for plain in (name.rsplit("/", 1)[-1].lower() for name in names) if plain in OTHERS}
    seems = f"{'、'.join(sorted(kinds))}の教材のようです。" if kinds else ""
    message = f"{MANIFEST}がありません。{seems}{NO_SCORM}"
    raise _refused(message)


def read(content: bytes, paths: Sequence[str]) -> Manifest:
    """Read a manifest. `paths` are those of the files beside it.

    Raises InvalidError that names what is wrong.
    """
    try:
        root = fromstring(_in_utf8(content))
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        line = f"（{error.position[0]}行目）" if isinstance(error, ParseError) else ""
        why = "使われている接頭辞（xmlns）が書かれていません。" if "unbound prefix" in str(error) else ""
        message = f"{MANIFEST}をXMLとして読めません{line}。{why}"
        raise _refused(message) from error
    return _Reader(root, paths).manifest()


def _in_utf8(content: bytes) -> bytes:
    """Return a manifest in UTF-8 where it says to be in an encoding that the parser does not know (Shift_JIS ...)."""
    said = _DECLARED.match(content)
    if said is None or said[2].lower() in {b"utf-8", b"utf-16", b"us-ascii", b"iso-8859-1"}:
        return content
    return said[1] + said[3] + content[said.end() :].decode(said[2].decode()).encode()


def _split(href: str) -> SplitResult | None:
    """Return the pieces of an address; None for what is none."""
    try:
        return urlsplit(href)
    except ValueError:
        return None


class _Reader:
    """Reads one manifest; what is unusual is gathered on the way."""

    def __init__(self, root: Element, paths: Sequence[str]) -> None:
        self.root, self.exact = root, set(paths)
        self.nearly = {folded_path(path): path for path in paths}
        self.remarks: list[str] = []
        self.parts: list[Part] = []
        self.taken: set[str] = set()
        self.standard = self._standard()
        resources = child(root, "resources")
        self.base = posixpath.join(root.get(BASE, ""), resources.get(BASE, "") if resources is not None else "")
        self.resources = {attribute(row, "identifier"): row for row in root.iter() if name(row) == "resource"}

    def manifest(self) -> Manifest:
        organisation = self._organisation()
        if organisation is not None:
            for item in children(organisation, "item"):
                self._take(item, 0)
        if not pages(self.parts):
            self._take_first_page()
        self._look_for_unused()
        self._look_for_missing()
        title = text(child(organisation, "title")) if organisation is not None else ""
        whole = self._rollup_of(organisation)
        if any(part.hidden and part.path for part in self.parts):
            self.remarks.append(HIDDEN)
        if any(rule.says_anything for rule in (whole, *(part.rollup for part in self.parts))):
            self.remarks.append(OWN_RULE)
        title = (title or self.parts[0].title)[:LONGEST_TITLE]
        return Manifest(self.standard, title, tuple(self.parts), tuple(self.remarks), whole)

    def _rollup_of(self, organisation: Element | None) -> Rollup:
        if organisation is None or self.standard is not PackageStandard.SCORM_2004:
            return Rollup()
        return rollup(sequencing(self.root, organisation), holds_others=True)

    def _standard(self) -> PackageStandard:
        said = text(child(self.root, "metadata", "schemaversion"))
        if said.startswith(("2004", "CAM 1.3", "1.3")):
            return PackageStandard.SCORM_2004
        if said == PackageStandard.SCORM_12.value:
            return PackageStandard.SCORM_12
        names = " ".join({str(element.tag) for element in self.root.iter()} | self._attribute_names())
        if "adlcp_v1p3" in names:
            return PackageStandard.SCORM_2004
        if "adlcp_rootv1p2" in names:
            return PackageStandard.SCORM_12
        schema = text(child(self.root, "metadata", "schema"))
        other = next((label for key, label in OTHER_SCHEMAS.items() if key in schema.lower()), "")
        if other:
            message = f"{other}の教材のようです。{NO_SCORM}"
            raise _refused(message)
        said = f"（「{said[:40]}」とあります）" if said else ""
        message = f"{MANIFEST}に、SCORM 1.2かSCORM 2004の教材だと書かれていません{said}。{NO_SCORM}"
        raise _refused(message)

    def _attribute_names(self) -> set[str]:
        return {key for element in self.root.iter() for key in element.attrib}

    def _organisation(self) -> Element | None:
        """Return the organization that is shown: the default one, else the first."""
        holder = child(self.root, "organizations")
        rows = list(children(holder, "organization")) if holder is not None else []
        if holder is None or not rows:
            self.remarks.append("目次（organization）がないため、最初のページだけを使います。")
            return None
        default = attribute(holder, "default")
        found = next((row for row in rows if attribute(row, "identifier") == default), None)
        if found is None and default:
            self.remarks.append(f"既定の目次「{default[:60]}」がないため、最初の目次を使います。")
        if len(rows) > 1:
            self.remarks.append(f"目次が{len(rows)}つあります。そのうち一つだけを使います。")
        return rows[0] if found is None else found

    def _take(self, item: Element, depth: int) -> None:
        if len(self.parts) >= MOST_PARTS or depth > MOST_DEPTH:
            message = f"目次が大きすぎます（{MOST_PARTS}項目、{MOST_DEPTH}段まで）。"
            raise _refused(message)
        title = text(child(item, "title")) or attribute(item, "title")
        identifier = self._free(attribute(item, "identifier") or f"part-{len(self.parts) + 1}")
        if not title:
            self.remarks.append(f"題のない項目「{identifier}」があります。")
        said: dict[str, Any] = {
            "identifier": identifier,
            "title": (title or identifier)[:LONGEST_TITLE],
            "depth": depth,
            "hidden": attribute(item, "isvisible").lower() in {"false", "0"},
        }
        reference = attribute(item, "identifierref")
        if reference:
            said |= self._page(reference, attribute(item, "parameters"), str(said["title"]))
            asked, remarks = rules(self.root, item, self.standard)
            said |= asked
            self.remarks += remarks
        if self.standard is PackageStandard.SCORM_2004:
            inside = next(children(item, "item"), None)
            said["rollup"] = rollup(sequencing(self.root, item), holds_others=inside is not None)
        self.parts.append(Part(**said))
        for inside in children(item, "item"):
            self._take(inside, depth + 1)

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
            message = f"「{title}」が指す中身（{reference[:60]}）が、{MANIFEST}に書かれていません。"
            raise _refused(message)
        path, query, fragment = self._address(resource, title)
        plain = parameters.lstrip("?&")  # joined to what the address has already: SCORM 2004 CAM 3.4.1.12
        if plain.startswith("#"):
            fragment = fragment or plain[1:]
        elif plain:
            query = f"{query}&{plain}" if query else plain
        tail = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
        kind = attribute(resource, "scormtype").lower()
        return {"path": path, "query": tail[:LONGEST_QUERY], "reports": kind != "asset"}

    def _found(self, resource: Element, href: str) -> tuple[str, str | None]:
        """Return the path that an address means, and the file that is there; None where there is none."""
        folder = posixpath.join(self.base, resource.get(BASE, ""))
        path = ""
        for written in (href, unquote(href)):
            path = posixpath.normpath(posixpath.join(folder, written))
            if path in self.exact:
                return path, path
        return path, self.nearly.get(folded_path(path))

    def _address(self, resource: Element, title: str) -> tuple[str, str, str]:
        """Return the path of a resource's page among the files, and the query and fragment of its address."""
        href = attribute(resource, "href").replace("\\", "/")
        split = _split(href)
        if split is None or split.scheme or split.netloc:
            message = f"「{title}」は外部のアドレス（{href[:60]}）を指しています。中身を含めて書き出し直してください。"
            raise _refused(message)
        path, found = self._found(resource, split.path)
        if not split.path or found is None:
            message = f"「{title}」のファイル（{href[:60] or '指定なし'}）が、ZIPファイルの中にありません。"
            raise _refused(message)
        if found != path:
            self.remarks.append(f"「{path}」は大文字と小文字などの書き方が違います（中身は「{found}」）。")
        return found, split.query, split.fragment

    def _take_first_page(self) -> None:
        """Take the first resource that has a page, where no item refers to one."""
        for identifier, resource in self.resources.items():
            if attribute(resource, "href"):
                said = self._page(identifier, "", identifier)
                self.parts = [Part(self._free(identifier or "part-1"), "本編", 0, **said)]
                return
        message = "開くページが一つもありません。"
        raise _refused(message)

    def _look_for_unused(self) -> None:
        names = {name(element) for element in self.root.iter()}
        if names & {"prerequisites", "sequencingrules", "rolluprules", "rolluprule", "precondition", "mapinfo"}:
            self.remarks.append(UNUSED_ORDER)

    def _look_for_missing(self) -> None:
        """Remark upon files that the manifest lists and the archive has not."""
        missing = []
        for resource in self.resources.values():
            for row in children(resource, "file"):
                split = _split(attribute(row, "href").replace("\\", "/"))
                path, found = self._found(resource, split.path) if split and not split.scheme else ("", "")
                if found is None:
                    missing.append(path)
        if missing:
            named = "、".join(missing[:MOST_NAMED]) + ("など" if len(missing) > MOST_NAMED else "")
            self.remarks.append(f"一覧にあるファイルが{len(missing)}個入っていません（{named}）。")
