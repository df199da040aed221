"""Whom a line of a list means: a column says what a cell is, and all that a line says must be the same person's."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from factories import Office
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import joinedload

from kernel.database import db
from kernel.errors import InvalidError
from kernel.spelling import folded
from kernel.tables.office_table import MOST_ROWS, text_of_file

from people.membership import Member
from people.models import Membership, SizeClass
from people.recognition import Directory, Unclear, directory, lines_of, meant

CASES = Path(__file__).parent.parent / "data" / "cases" / "people"
PEOPLE = [
    ("1001", "佐藤 明", "サトウ アキラ"), ("1002", "鈴木 さくら", "スズキ サクラ"), ("1003", "田中 亮", "タナカ リョウ"),
    ("1004", "渡邉 直樹", "ワタナベ ナオキ"), ("1", "島田 一", "シマダ ハジメ"), ("2", "島田 二", "シマダ ジ"), ("3", "島田 三", "シマダ サン"),
    ("00123", "山田 太郎", "ヤマダ タロウ"), ("A-001", "鈴木 一", "スズキ ハジメ"),
]  # fmt: skip


@pytest.fixture
def roster(mizuho):
    """The staff of the office that the cases speak of."""
    for number, name, reading in PEOPLE:
        person = mizuho.person(name=name)
        row = db.session.get_one(Membership, person.membership_id, options=[joinedload(Membership.staff)])
        row.staff_number, row.staff.reading = number, reading
    db.session.commit()
    return directory(Membership.organisation_id == mizuho.id)


def means(text, roster):
    """What each line means: a name, or why nobody."""
    people = [meant(line, roster) for line in lines_of(text)]
    return [person if isinstance(person, Unclear) else person.name for person in people]


def case(name):
    return text_of_file((CASES / name).read_bytes()).text


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("01-no-column-wrong-person.tsv", [Unclear.UNKNOWN] * 2),
        ("01b-extension-wrong-person.csv", [Unclear.UNKNOWN]),
        ("04-zero-width.txt", ["佐藤 明", "佐藤 明", "渡邉 直樹", "佐藤 明"]),
        ("05-hyphens.txt", ["鈴木 一"] * 5),
        ("06-cr-only.csv", ["佐藤 明", "田中 亮"]),
        ("13-hidden-first-sheet.xlsx", ["佐藤 明"]),
    ],
)
def test_a_list_that_once_failed_means_whom_it_names(roster, name, right):
    assert means(case(name), roster) == right


def test_a_quotation_mark_that_is_not_closed_swallows_nobody():
    with pytest.raises(InvalidError, match="2行目"):
        lines_of(case("07-unbalanced-quote.csv"))


def test_a_workbook_that_is_too_long_is_refused_with_its_number_and_not_cut():
    with pytest.raises(InvalidError, match=f"{MOST_ROWS}人まで.*2001人"):
        lines_of(case("02-xlsx-2001-people.xlsx"))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("番号,氏名\n3,新人 太郎", [Unclear.DIFFERENT]),
        ("1,新人 太郎", [Unclear.DIFFERENT]),
        ("新人 太郎,1", [Unclear.DIFFERENT]),
        ("1\t1001\t佐藤 明", [Unclear.DIFFERENT]),
        ("内線,氏名\n1003,佐藤 明", ["佐藤 明"]),
        ("氏名,内線\n佐藤 明,1003\n合計,2", ["佐藤 明", Unclear.UNKNOWN]),
        ("職員番号,氏名\n1003,佐藤 明", [Unclear.DIFFERENT]),
        ("職員番号,氏名\n9999,佐藤 明", [Unclear.DIFFERENT]),
        ("令和8年度 受講者名簿,,\n,,\n№,職員コード,氏名\n1,1001,佐藤 明", [Unclear.ABOVE, "佐藤 明"]),
        ("姓,名\n佐藤,明", ["佐藤 明"]),
        ("氏名(漢字),フリガナ\n佐藤 明,ｻﾄｳ ｱｷﾗ", ["佐藤 明"]),
        ("フリガナ\nｻﾄｳ ｱｷﾗ", ["佐藤 明"]),
        ("1001 佐藤 明\n佐藤 明 1001\n1001 田中 亮", ["佐藤 明", "佐藤 明", Unclear.DIFFERENT]),
        ("佐藤明\nさとうあきら\n佐藤 明様\n佐藤 明 主事\n渡辺直樹\n渡邊 直樹", ["佐藤 明"] * 4 + ["渡邉 直樹"] * 2),
        ('123\n\'00123\n="00123"\n00123', ["山田 太郎"] * 4),
        ("佐藤 明,総務課,1003", ["佐藤 明"]),
        ("職員番号;氏名\n1001;佐藤 明", ["佐藤 明"]),
    ],
)
def test_a_line_means_whom_all_its_columns_mean(roster, text, right):
    assert means(text, roster) == right


def test_what_is_hidden_in_a_workbook_is_not_read_and_said(roster):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("元データ").hide()
        sheet = book.add_worksheet("名簿")
        book.add_worksheet("メモ")
        for row, cells in enumerate([("職員番号", "氏名"), ("1001", "佐藤 明"), ("1002", "鈴木 さくら")]):
            sheet.write_row(row, 0, cells)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.activate()
        book.worksheets()[1].set_first_sheet()
    read = text_of_file(stream.getvalue())
    assert means(read.text, roster) == ["佐藤 明"]
    assert [said.split("。")[0] for said in read.left_out] == [
        "シート「名簿」だけを読みました(ほかに1枚あります)", "非表示のシート1枚は読んでいません", "非表示の1行は読んでいません",
    ]  # fmt: skip


CELLS = st.sampled_from(
    [*(number for number, _name, _reading in PEOPLE), *(name for _number, name, _reading in PEOPLE), "新人 太郎", "総務課", "4", "9999",
     "", "03-1234-5678", "1003", "合計", "氏名", "職員番号", "番号", "No."]
)  # fmt: skip


@pytest.mark.parametrize("ground", ["sqlite"])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5), delimiter=st.sampled_from(",\t;")
)
def test_no_line_means_anybody_whom_its_name_does_not_name(request, ground, rows, delimiter):
    """Whatever columns and headings there are: where a line holds a name cell, only its bearer can be meant."""
    with request.getfixturevalue(ground).app.app_context():
        known = request.getfixturevalue("in_memory")
        names = {folded(name) for _number, name, _reading in PEOPLE} | {folded("新人 太郎")}
        try:
            lines = lines_of("\n".join(delimiter.join(row) for row in rows))
        except InvalidError:
            return
        for line in lines:
            person = meant(line, known)
            cells = {folded(cell) for column, cell in line.said if folded(cell) in names}
            if not isinstance(person, Unclear) and cells:
                assert cells == {folded(person.name)}


@pytest.fixture
def in_memory():
    """The same staff, without a database."""
    known = Directory()
    for staff_id, (number, name, _reading) in enumerate(PEOPLE):
        person = Member(staff_id, name, 1, SizeClass.SMALL)
        known.by_name[folded(name)] = [person]
        known.by_number[number.lower()] = [person]
    return known


def test_a_list_that_names_somebody_of_another_office_means_nobody(roster, hachioji):
    stranger = hachioji.person(name="他所 一郎")
    assert means(f"{stranger.email}\n他所 一郎\n{stranger.number}", roster) == [Unclear.UNKNOWN] * 3
    assert Office.of("133035").id != hachioji.id


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932"])
def test_a_file_is_read_in_the_encodings_of_offices(encoding):
    assert text_of_file("職員番号,氏名\r\n1001,佐藤 明\r\n".encode(encoding)).text.startswith("職員番号,氏名")
