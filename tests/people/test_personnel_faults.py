"""What may be wrong with a personnel file: each fault is named with its line before anything is applied, and changes nothing."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
import xlsxwriter

from kernel import clock
from kernel.database import db

from people.models import Membership, Staff
from people.personnel import file as personnel_file
from people.personnel.file import Send
from people.personnel.models import Kind, PersonnelChange
from people.personnel.reading import read

HEADINGS = "職員番号,氏名,フリガナ,メール,所属,職名,採用日,異動日,退職日"
FAULTS = [
    ("9101,,シンジン,,,,,,", "氏名がありません"),
    ("9102,欠員,,,,,,,", "人の名前ではありません"),
    ("9103,合 計,,,,,,,", "人の名前ではありません"),
    ("9104,新人 太郎（再任用）,シンジン,,,,,,", "記号が入っています"),
    ("9105,12345,シンジン,,,,,,", "氏名が数字だけか"),
    ("9106,※新人 太郎,シンジン,,,,,,", "記号が入っています"),
    ("9107,#N/A,シンジン,,,,,,", "氏名が、表計算ソフトのエラー"),
    ("#REF!,新人 八郎,シンジン,,,,,,", "職員番号が、表計算ソフトのエラー"),
    ("9109,新人 九郎,シンジン,,#VALUE!,,,,", "エラー「#VALUE!」"),
    ("9110,新人 十郎,シンジン,,,,########,,", "エラー「########」"),
    ("1.23E+05,新人 次郎,シンジン,,,,,,", "数値に変わっていないか"),
    ("9112.0,新人 三郎,シンジン,,,,,,", "数値に変わっていないか"),
    ("someone@example.lg.jp,新人 四郎,シンジン,,,,,,", "職員番号が正しくありません"),
    ("－,新人 五郎,シンジン,,,,,,", "職員番号が正しくありません"),
    ("{long},新人 六郎,シンジン,,,,,,", "職員番号が長すぎます"),
    ("9116,{long}{long}{long}{long},シンジン,,,,,,", "氏名が長すぎます"),
    ("9117,新人 七郎,{kana},,,,,,", "フリガナが長すぎます"),
    ("9118,新人 一子,新人一子,,,,,,", "カタカナではありません"),
    ("9119,新人 二子,Shinjin,,,,,,", "カタカナではありません"),
    ("9120,新人 三子,シンジン,not an address,,,,,", "メールアドレスが正しくありません"),
    ("9121,新人 四子,シンジン,a@b@example.lg.jp,,,,,", "メールアドレスが正しくありません"),
    ("9122,新人 五子,シンジン,,{kana},,,,", "所属（部署）が長すぎます"),
    ("9123,新人 六子,シンジン,,,{kana},,,", "職が長すぎます"),
    ("9124,新人 七子,シンジン,,,,2026/13/1,,", "採用日・所属の始まり「2026/13/1」を日付として読めません"),
    ("9125,新人 八子,シンジン,,,,,令和8年2月30日,", "日付として読めません"),
    ("9126,新人 九子,シンジン,,,,,,未定", "退職日・所属の終わり「未定」を日付として読めません"),
    ("9127,新人 十子,シンジン,,,,1900/1/1,,", "いまから離れすぎています"),
    ("9128,新人 一枝,シンジン,,,,,,2099/3/31", "いまから離れすぎています"),
    ("9129,新人 二枝,シンジン,,,,2026/4/1,,2026/3/31", "始まりより前です"),
    ("9130,新人 三枝,シンジン,,,,2026/4/1,2025/4/1,", "異動の日が、所属の始まりより前です"),
    ("9131,新人 四枝,シンジン,,,,,2026/4/1,2026/3/31", "異動の日より前です"),
    ("9132,新人 五枝,シンジン,,,,,,,列のはみ出し", "列がずれていないか"),
    (",新人 六枝,シンジン,,,,,,", "職員番号もメールアドレスもありません"),
    ("9134,新人 七枝,,,,,,,", "フリガナがありません"),
    ("9135,新人 八枝,シンジン,,,,,,2020/3/31", "すでに所属が終わっている"),
    ("{number},別人 一郎,ベツジン,,,,,,", "さんのものです"),
    ("9137,別人 二郎,ベツジン,{email},,,,,", "このメールアドレスは「"),
    ("9138,別人 三郎,ベツジン,{elsewhere},,,,,", "ほかの人が使っています"),
    ("9139,新人 一美,シンジン,,,,,,", "同じ職員番号の行があります"),
    ("９１３９,新人 二美,シンジン,,,,,,", "同じ職員番号の行があります"),
    ("009139,新人 三美,シンジン,,,,,,", "同じ職員番号の行があります"),
    ("9142,新人 四美,シンジン,both@example.lg.jp,,,,,", "同じメールアドレスの行があります"),
    ("9143,新人 五美,シンジン,Both@Example.lg.jp,,,,,", "同じメールアドレスの行があります"),
    ("{second},{second_name},,{other_email},,,,,", "ほかの人が使っています"),
    (",同名 花子,,,,,,,", "同じ氏名の職員が複数います"),
    ("{third},{third_name},,,,,,,1999/3/31", "より前に終わっています"),
]


def addressed(person, email):
    db.session.execute(sa.update(Staff).where(Staff.id == person.staff_id).values(email=email))


def named(person, name):
    db.session.execute(sa.update(Staff).where(Staff.id == person.staff_id).values(name=name))


def numberless(*people):
    for person in people:
        db.session.execute(sa.update(Membership).where(Membership.id == person.membership_id).values(staff_number=None))


def test_each_of_forty_six_faults_is_named_with_its_line_and_nothing_else_is_planned(mizuho, hachioji):
    first, second, third, twin, other_twin, stranger = (*(mizuho.person() for _number in range(5)), hachioji.person())
    addressed(first, "first@example.lg.jp")
    addressed(twin, "twin@example.lg.jp")
    addressed(stranger, "elsewhere@example.lg.jp")
    named(twin, "同名 花子")
    named(other_twin, "同名 花子")
    numberless(twin, other_twin)
    db.session.commit()
    lines = [
        line.format(
            long="9" * 33, kana="ア" * 101, number=first.number, email="first@example.lg.jp", elsewhere="elsewhere@example.lg.jp",
            other_email="twin@example.lg.jp", second=second.number, second_name=second.name, third=third.number, third_name=third.name,
        )
        for line, _why in FAULTS
    ]  # fmt: skip
    text = "\n".join([HEADINGS, *lines]) + "\n"
    command = Send("名簿.csv", text, clock.today(), is_complete=True)
    file = personnel_file.send(mizuho.administrator.actor, mizuho.id, command)
    rows = db.session.scalars(sa.select(PersonnelChange).where(PersonnelChange.file_id == file.id)).all()
    told = {row.line: row.words for row in rows if row.kind is Kind.UNCLEAR}
    wrong = [
        (line, why, told.get(number)) for number, (line, why) in enumerate(FAULTS, 2) if why not in told.get(number, "")
    ]
    assert not wrong
    assert {row.kind for row in rows} <= {Kind.UNCLEAR, Kind.MISSING}
    missing = {row.membership_id for row in rows if row.kind is Kind.MISSING}
    unclear = {person.membership_id for person in (first, second, third, twin, other_twin)}
    assert not missing & unclear, "who stands in a line that is unclear is not missing"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("職員番号,氏名,,所属,\n9001,新人,太郎,福祉部,高齢課\n", [("9001", "新人 太郎", ("福祉部", "高齢課"))]),
        ("氏名,内線\n未登録 太郎,1003\n", [("", "未登録 太郎", ())]),
        ("No.\t氏名\t所属\n1\t新人 太郎\t総務課\n", [("", "新人 太郎", ("総務課",))]),
    ],
)
def test_a_column_says_what_a_cell_is_and_a_merged_heading_goes_on(text, people):
    assert [(one.number, one.name, one.sections) for one in read(text, {}).people] == people


def test_cells_that_were_merged_downwards_hold_for_each_row(mizuho):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "令和8年度 職員名簿")
        sheet.write_row(1, 0, ["所属", "職員番号", "氏名", "フリガナ"])
        sheet.merge_range(2, 0, 4, 0, "福祉課")
        for number, name in enumerate(("新人 太郎", "新人 次郎", "新人 三郎")):
            sheet.write_row(2 + number, 1, [9001 + number, name, "シンジン ナニ"])
    data = {"file": (io.BytesIO(content.getvalue()), "名簿.xlsx"), "day": clock.today().isoformat()}
    mizuho.administrator.browser().post("/office/personnel", data=data, content_type="multipart/form-data")
    new = db.session.scalars(sa.select(PersonnelChange).where(PersonnelChange.kind == Kind.NEW)).all()
    assert [row.said["sections"] for row in new] == [["福祉課"]] * 3


def test_a_column_that_is_not_read_is_said_and_an_old_form_of_a_sign_is_no_correction(mizuho):
    person = mizuho.person()
    named(person, "髙橋 花子")
    db.session.commit()
    text = f"職員番号,氏名,所属,異動区分\n{person.number},高橋　花子,総務課,退職\n"
    file = personnel_file.send(
        mizuho.administrator.actor, mizuho.id, Send("名簿.csv", text, clock.today(), is_complete=False)
    )
    db.session.commit()
    assert file.same == 1
    shown = mizuho.administrator.browser().get(f"/office/personnel/{file.id}").text
    assert "読んでいない列があります：異動区分" in shown
