"""Kits: whoever holds a session has all at hand, and nobody who takes part sees it."""

from __future__ import annotations

import io

import pypdf
import pytest
from factories import draft_course, published
from python_calamine import CalamineWorkbook

from kernel.errors import InvalidError
from kernel.settings import CONTENT

from courses.kits import kit
from courses.kits.leaf import leaves
from courses.kits.models import KitKind, KitPart
from courses.kits.worksheet import as_workbook

SHIPPED = sorted(path.parent.name for path in (CONTENT / "courses").glob("*/kit"))
SHEET = "# 手順の書き出し\n\n一行に一つ書きます。\n\n| 手順 | 分 |\n|---|---|\n| 受け取る | 5 |\n| 確かめる | 10 |\n| 合計 | ＝ |\n"
PARTS = {
    KitKind.SCRIPT: "# 進行台本\n\n## 0:00–0:10 はじめに\n\n> ようこそ。",
    KitKind.SLIDES: "# 題\n\n## 今日のめあて\n\n- **一つ**だけ選ぶ\n- 試す\n\n> ここで間を置きます。\n\n## 表\n\n| 見出し | 値 |\n|---|---|\n| あ | い |",
    KitKind.CARDS: "# 事例カード\n\n## カード1 A市の窓口\n\n毎日30件の電話があります。\n\n問い：どこから見ますか。",
    KitKind.WORKSHEET: SHEET,
}


def writes(person, slug, kind, body, number=1):
    return person.browser().post(f"/studio/{slug}/kit/{kind.value}/{number}", data={"body": body})


@pytest.mark.slow
@pytest.mark.parametrize("slug", SHIPPED)
def test_a_shipped_kit_is_whole_and_can_be_handed_out(mizuho, slug):
    browser = mizuho.coordinator.browser()
    page = browser.get(f"/courses/{slug}/kit").text
    for part in kit.parts_of(published(slug)[0].id):
        assert part.title in page
        if part.kind.file:
            answer = browser.get(f"/courses/{slug}/kit/{part.kind.value}/{part.number}")
            assert answer.data[:4] in (b"%PDF", b"PK\x03\x04"), part.title


def test_six_kits_are_shipped():
    assert len(SHIPPED) == 6


def test_who_takes_part_finds_no_kit(mizuho):
    browser = mizuho.staff.browser()
    assert browser.get(f"/courses/{SHIPPED[0]}/kit").status_code == 404
    assert browser.get(f"/courses/{SHIPPED[0]}/kit/slides/1").status_code == 404
    assert "進行役のキット" not in browser.get(f"/courses/{SHIPPED[0]}").text
    assert "進行役のキット" in mizuho.coordinator.browser().get(f"/courses/{SHIPPED[0]}").text


def test_an_author_writes_a_kit_and_another_office_changes_nothing_in_it(mizuho, hachioji):
    own = draft_course(mizuho.coordinator, "own-kit")
    for kind, body in PARTS.items():
        assert writes(mizuho.coordinator, "own-kit", kind, body).status_code == 302
    assert [part.kind for part in kit.parts_of(own.id)] == [
        KitKind.SCRIPT,
        KitKind.SLIDES,
        KitKind.WORKSHEET,
        KitKind.CARDS,
    ]
    assert hachioji.coordinator.browser().get("/studio/own-kit/kit").status_code == 404
    assert writes(hachioji.coordinator, "own-kit", KitKind.SCRIPT, "# 別").status_code == 404


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (KitKind.WORKSHEET, "# 題\n\n表がありません", "表を一つ書いてください"),
        (KitKind.SLIDES, "# 題\n\n見出しがありません", "見出しの言葉を書いてください"),
        (KitKind.CARDS, "# 題", "見出しの言葉を書いてください"),
        (KitKind.SCRIPT, "", "入力"),
    ],
)
def test_a_part_that_says_nothing_of_its_kind_is_refused_and_kept_on_the_page(mizuho, kind, body, told):
    draft_course(mizuho.coordinator, "own-kit")
    answer = writes(mizuho.coordinator, "own-kit", kind, body)
    assert answer.status_code == 422
    assert told in answer.text
    assert body.split("\n")[-1] in answer.text


def test_a_part_is_removed_after_a_question(mizuho):
    own = draft_course(mizuho.coordinator, "own-kit")
    writes(mizuho.coordinator, "own-kit", KitKind.SCRIPT, PARTS[KitKind.SCRIPT])
    browser = mizuho.coordinator.browser()
    assert "「進行台本」を削除しますか" in browser.get("/studio/own-kit/kit/script/1/remove").text
    browser.post("/studio/own-kit/kit/script/1/remove")
    assert kit.parts_of(own.id) == []


@pytest.mark.parametrize("address", ["script/2", "worksheet/10", "no-such/1", "script/0"])
def test_a_part_that_cannot_be_is_not_begun(mizuho, address):
    draft_course(mizuho.coordinator, "own-kit")
    answer = mizuho.coordinator.browser().post(f"/studio/own-kit/kit/{address}", data={"body": SHEET})
    assert answer.status_code in {404, 422}


def test_several_worksheets_follow_each_other(mizuho):
    own = draft_course(mizuho.coordinator, "own-kit")
    browser = mizuho.coordinator.browser()
    for number in (1, 2):
        answer = browser.post("/studio/own-kit/kit", data={"kind": "worksheet"})
        assert answer.location.endswith(f"/kit/worksheet/{number}")
        browser.post(answer.location, data={"body": SHEET})
    assert [part.number for part in kit.parts_of(own.id)] == [1, 2]


def test_slides_say_what_is_shown_and_keep_the_notes_to_the_host():
    first, second = leaves(PARTS[KitKind.SLIDES])
    assert (first.title, first.notes) == ("今日のめあて", ["ここで間を置きます。"])
    assert first.blocks[0]["items"][0] == [("一つ", True), ("だけ選ぶ", False)]
    assert second.blocks[0] == {"kind": "table", "head": ["見出し", "値"], "rows": [["あ", "い"]]}
    content, _kind = kit.as_file(KitPart(kind=KitKind.SLIDES, number=1, body=PARTS[KitKind.SLIDES]))
    words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "今日のめあて" in words
    assert "ここで間を置きます" not in words


def test_what_is_written_runs_nowhere_in_a_slide():
    evil = '# 題\n\n## #panic("a") <b>\n\n- #read("/etc/passwd")\n- $x$ *a* `b` [c](javascript:alert(1))\n'
    content, _kind = kit.as_file(KitPart(kind=KitKind.SLIDES, number=1, body=evil))
    words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert '#read("/etc/passwd")' in words.replace(" ", "").replace("\n", "")


def test_a_worksheet_adds_up_and_leaves_room():
    rows = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook("題", SHEET.split("\n", 2)[2]))).get_sheet_by_index(0)
    table = rows.to_python()
    assert ["受け取る", 5.0] in table
    assert table[-1] == ["合計", 15.0]
    assert sum(row == ["", ""] for row in table) >= 10


@pytest.mark.parametrize(
    "cells",
    [
        ["'", "0012", "=1+1", "nan"],
        ["9" * 5000, "²", "1e999", "－３"],
        ["あ" * 9000, "", "https://example.jp", "[x](y)"],
    ],
)
def test_whatever_a_worksheet_says_is_a_cell_and_no_formula(cells):
    text = "|" + "|".join("abcd") + "|\n|-|-|-|-|\n|" + "|".join(cells) + "|\n|合計|＝|＝|＝|\n"
    made = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook("'History'", text))).get_sheet_by_index(0).to_python()
    assert made[0][0] == "'History'"
    assert "0012" in {str(cell) for row in made for cell in row} or cells[1] != "0012"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (KitKind.SLIDES, "# 題\n\n" + "## 一枚\n\n" * 101),
        (KitKind.SLIDES, "# 題\n\n## 一枚\n\n##\n\n文"),
        (KitKind.CARDS, "# 題\n\n## 一枚\n\n" + "|a" * 21 + "|\n" + "|-" * 21 + "|\n"),
        (KitKind.WORKSHEET, "# 題\n\n" + "|a" * 21 + "|\n" + "|-" * 21 + "|\n"),
    ],
)
def test_more_than_can_be_handed_out_is_refused(mizuho, kind, body):
    draft_course(mizuho.coordinator, "own-kit")
    assert writes(mizuho.coordinator, "own-kit", kind, body).status_code == 422


@pytest.mark.parametrize("kind", [KitKind.SLIDES, KitKind.CARDS])
def test_whatever_a_leaf_says_can_be_set(kind):
    odd = "## 一枚\n\n1. a\n   - b\n\n> 言葉\n\n```\ncode\n```\n\n---\n\n![図](x.svg)\n\n| a |\n|---|\n\n<b>x</b>\n\n### 小見出し\n\n- [ ] する\n"
    content, _kind = kit.as_file(KitPart(kind=kind, number=1, body=f"# 題\n\n{odd}"))
    assert content.startswith(b"%PDF")


def test_a_kit_goes_along_with_the_course_as_files(mizuho):
    own = draft_course(mizuho.coordinator, "own-kit")
    writes(mizuho.coordinator, "own-kit", KitKind.WORKSHEET, SHEET)
    files = kit.files_of(own.id)
    assert list(files) == ["kit/worksheet-1.md"]
    assert kit.read({name: text.decode() for name, text in files.items()})[0][2].strip() == SHEET.strip()
    with pytest.raises(InvalidError, match="キットのファイルの名前"):
        kit.read({"kit/x.exe": "a"})
