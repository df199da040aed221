"""What the manifest of a package (SCORM) says, and which page is meant."""

from __future__ import annotations

import pytest
from made_packages import item, manifest_12, sco

from kernel.errors import InvalidError

from courses.packages import manifest
from courses.packages.models import PackageStandard
from courses.packages.scorm import imsmanifest


def read(text, *names):
    names = names or ("index.html",)
    return imsmanifest.read(text.encode(), names)


def manifest_2004(item_inside="", resource='href="index.html"', version="2004 4th Edition"):
    return f"""<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:ADL="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
  <metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
  <organizations default="o"><organization identifier="o"><title>窓口</title>
    <item identifier="i" identifierref="r"><title>本編</title>{item_inside}</item></organization></organizations>
  <resources><resource identifier="r" type="webcontent" ADL:scormType="sco" {resource}/></resources>
</manifest>"""


# What a manifest says


def test_a_manifest_tells_the_parts_in_their_order_and_what_each_asks():
    text = manifest_12(
        item("h", "第1部", "", item("a", "はじめに", "r1") + item("b", "確かめる", "r2", "<adlcp:masteryscore>80</adlcp:masteryscore>"))
        + item("c", "資料", "r3"),
        sco("r1", "a.html") + sco("r2", "b.html?mode=test") + sco("r3", "c.pdf", "asset"),
    )  # fmt: skip
    said = read(text, "a.html", "b.html", "c.pdf")
    assert said.standard is PackageStandard.SCORM_12
    assert [(part.title, part.depth, part.path + part.query, part.reports) for part in said.parts] == [
        ("第1部", 0, "", False), ("はじめに", 1, "a.html", True), ("確かめる", 1, "b.html?mode=test", True),
        ("資料", 0, "c.pdf", False),
    ]  # fmt: skip
    assert said.parts[2].mastery == 80
    assert said.remarks == ()
    assert manifest.parts_from(said.outline) == list(said.parts)


def test_scorm_2004_asks_for_a_measure_and_a_share():
    asked = (
        "<imsss:sequencing><imsss:objectives><imsss:primaryObjective satisfiedByMeasure='true'><imsss:minNormalizedMeasure>0.6"
        "</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives></imsss:sequencing>"
        "<ADL:completionThreshold completedByMeasure='true' minProgressMeasure='0.75'/>"
    )
    (part,) = read(manifest_2004(asked)).parts
    assert (part.mastery, part.threshold) == (0.6, 0.75)
    (part,) = read(manifest_2004("<ADL:completionThreshold>0.5</ADL:completionThreshold>")).parts  # 3rd edition
    assert (part.mastery, part.threshold) == (None, 0.5)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (manifest_12(item("i", "一", "r"), sco("r", "index.html"), default="nowhere"), "既定の目次「nowhere」がない"),
        (manifest_12(item("i", "一", "r"), sco("r", "INDEX.html")), "書き方が違います"),
        (manifest_12(item("i", "", "r"), sco("r", "index.html")), "題のない項目「i」"),
        (manifest_12(item("i", "一", "r") + item("i", "二", "r"), sco("r", "index.html")), "「i」が二度使われています"),
        (manifest_12(item("i", "一", "r", "<adlcp:masteryscore>八割</adlcp:masteryscore>"), sco("r", "index.html")), "合格点「八割」"),
        (manifest_12(item("i", "一", "r", "<adlcp:prerequisites>x</adlcp:prerequisites>"), sco("r", "index.html")), "シーケンシング"),
        (manifest_12(item("i", "一", "r"), sco("r", "index.html").replace("</resource>", '<file href="gone.js"/></resource>')), "gone.js"),
        (manifest_12(item("i", "一", "r", "<adlcp:maxtimeallowed>30</adlcp:maxtimeallowed>"), sco("r", "index.html")), "時間の指定「30」"),
        (manifest_12(item("i", "一", "r", "<adlcp:timelimitaction>exit, message</adlcp:timelimitaction>"), sco("r", "index.html")), "「exit, message」"),
        (manifest_12(item("i", "一", "r"), sco("r", "index.html").replace("</resource>", '<file href="//[x"/></resource>')), None),
        (manifest_12("", sco("r", "index.html")), None),
        (manifest_12(item("i", "一", "r"), sco("r", "index.html"), version=""), None),
        (manifest_12(item("i", "一", "r"), sco("r", "index.html")).replace("scormtype", "scormType"), None),
        (manifest_2004(resource='xml:base="sub/" href="p.html?a=1#b"'), None),
    ],
)  # fmt: skip
def test_what_is_odd_is_taken_and_remarked_upon(text, remark):
    said = read(text, "index.html", "sub/p.html")
    assert manifest.pages(said.parts)
    assert not remark or any(remark in sentence for sentence in said.remarks)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<manifest", "XMLとして読めません"),
        ('<!DOCTYPE m [<!ENTITY a "b">]><manifest>&a;</manifest>', "XMLとして読めません"),
        ("<manifest/>", "SCORM 1.2かSCORM 2004の教材だと書かれていません"),
        (manifest_12(item("i", "一", "r"), sco("r", "index.html"), version="IMS 1.1").replace("adlcp_rootv1p2", "x"), "「IMS 1.1」とあります"),
        (manifest_12(item("i", "一", "nothing"), sco("r", "index.html")), "nothing"),
        (manifest_12(item("i", "一", "r"), sco("r", "gone.html")), "gone.html"),
        (manifest_12(item("i", "一", "r"), sco("r", "../../etc/passwd")), "入っていません|中にありません"),
        (manifest_12(item("i", "一", "r"), sco("r", "https://evil.example/")), "外部のアドレス"),
        (manifest_12(item("i", "一", "r"), sco("r", "javascript:alert(1)")), "外部のアドレス"),
        (manifest_12(item("i", "一", "r"), sco("r", "//[")), "外部のアドレス"),
        (manifest_12("", ""), "開くページが一つもありません"),
        (manifest_12("".join(item(f"i{n}", "一", "r") for n in range(501)), sco("r", "index.html")), "大きすぎます"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_by_name(text, why):
    with pytest.raises(InvalidError, match=why):
        read(text)


def test_a_manifest_may_be_written_in_the_encodings_of_japan():
    text = manifest_12(item("i", "はじめに", "r"), sco("r", "index.html"))
    for encoding in ("shift_jis", "cp932", "euc-jp", "utf-16"):
        said = imsmanifest.read(text.replace("UTF-8", encoding).encode(encoding), ["index.html"])
        assert said.parts[0].title == "はじめに", encoding


def test_a_page_is_found_by_its_exact_name_first_and_with_all_that_follows_it():
    text = manifest_12(
        item("a", "一", "r1").replace('identifierref="r1"', 'identifierref="r1" parameters="?b=2"')
        + item("b", "二", "r2"),
        sco("r1", "index.html?a=1#top") + sco("r2", "a%20b.html"),
    )
    said = read(text, "INDEX.html", "index.html", "a%20b.html")
    assert [part.path + part.query for part in said.parts] == ["index.html?a=1&b=2#top", "a%20b.html"]
    assert said.remarks == ()


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["cmi5.xml"], "cmi5の教材のようです"), (["tincan.xml", "a.html"], "xAPI"), (["h5p.json"], "H5P"),
        (["a/imsmanifest.xml", "b/imsmanifest.xml"], "二つ以上"), ([], "imsmanifest.xmlがありません"),
    ],
)  # fmt: skip
def test_an_archive_that_is_no_package_says_what_it_seems_to_be(names, why):
    with pytest.raises(InvalidError, match=why):
        imsmanifest.folder_of(names)


def test_a_package_in_a_folder_of_its_archive_is_found():
    assert imsmanifest.folder_of(["course/imsmanifest.xml", "course/sub/imsmanifest.xml"]) == "course/"
