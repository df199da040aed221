"""A personnel file that is too large for the page is taken in part by part, and very many people are entered by few statements."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from personnel_files import HEADINGS, applied, found, row_of, sent, shape

from kernel import clock
from kernel.database import db
from kernel.errors import InvalidError

from people.act import Act
from people.joining import many
from people.models import AuditEntry, Membership, Section, Staff
from people.personnel import large_file, work
from people.personnel.models import ChangeState, Kind, PersonnelFile

SYLLABLES = "アイウエオカキクケコ"


def reading_of(number):
    return "シケン " + "".join(SYLLABLES[int(digit)] for digit in str(number))


def people(first, last, section="福祉部/高齢課", head=""):
    return "".join(
        f"{head}{number},試験 第{number},{reading_of(number)},{section},主事\n" for number in range(first, last)
    )


def whole(path, encoding="cp932", text=""):
    path.write_bytes(text.encode(encoding))
    return path


def number_of(office):
    return db.session.scalar(
        sa.select(sa.func.count()).select_from(Membership).where(Membership.organisation_id == office.id)
    )


def loads(office, path, organisation_id=None, *, applies=True):
    return list(large_file.load(lambda: office.administrator.actor, path, organisation_id, applies=applies))


def test_very_many_are_entered_by_few_statements_and_taken_back_as_if_nothing_had_been(mizuho, queries, monkeypatch):
    monkeypatch.setattr(work, "TOGETHER", 40)
    _chief, before = mizuho.administrator, shape(mizuho)
    file = sent(mizuho, HEADINGS + people(5000, 5080))
    queries.clear()
    applied(mizuho, file)
    assert len(queries) < 60, "not some for each of the 80"
    states = {(one.kind, one.state) for one in found(file)}
    assert states == {(Kind.NEW, ChangeState.DONE)}
    assert len(shape(mizuho)[0]) == len(before[0]) + 80
    logged = db.session.scalar(
        sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.act == Act.STAFF_ENTERED.value)
    )
    assert logged >= 80
    one = db.session.scalars(sa.select(Staff).where(Staff.name == "試験 第5000")).one()
    assert one.search_key.startswith("試験第5000\n")
    work.take_back(mizuho.administrator.actor, file)
    db.session.commit()
    work.work()
    assert shape(mizuho) == before


def test_whoever_is_in_doubt_is_looked_at_alone_and_the_others_are_entered(mizuho, monkeypatch):
    """Somebody is entered by hand between looking through and applying: the number is gone, and that is said of this one."""
    file = sent(mizuho, HEADINGS + people(5000, 5010))
    taken = mizuho.person()
    row_of(taken).staff_number = "5004"
    db.session.commit()
    applied(mizuho, file)
    skipped = [one for one in found(file) if one.state is ChangeState.SKIPPED]
    assert [(one.name, "職員番号" in one.told) for one in skipped] == [("試験 第5004", True)]
    assert sum(one.state is ChangeState.DONE for one in found(file)) == 9


def test_what_goes_wrong_for_all_together_is_done_one_by_one(mizuho, monkeypatch):
    def fails(*_of):
        raise LookupError

    monkeypatch.setattr(many, "_enter", fails)
    file = sent(mizuho, HEADINGS + people(5000, 5005))
    applied(mizuho, file)
    assert {one.state for one in found(file)} == {ChangeState.DONE}
    assert db.session.scalars(sa.select(Section.title).where(Section.title.contains("高齢課"))).all() == [
        "福祉部/高齢課"
    ]


def test_a_large_file_is_cut_into_parts_that_can_each_be_taken_back(mizuho, tmp_path, monkeypatch):
    monkeypatch.setattr(large_file, "A_PART", 100)
    _chief, before = mizuho.administrator, number_of(mizuho)
    path = whole(tmp_path / "職員.csv", text="名簿\n" + HEADINGS + people(5000, 5250))
    assert [(one.part.first, one.part.last, one.applied) for one in loads(mizuho, path, mizuho.id)] == [
        (3, 102, 100), (103, 202, 100), (203, 252, 50),
    ]  # fmt: skip
    assert number_of(mizuho) == before + 250
    again = loads(mizuho, path, mizuho.id)
    assert [one.planned for one in again] == [0, 0, 0], "the same file again changes nothing"
    names = db.session.scalars(sa.select(PersonnelFile.name).order_by(PersonnelFile.id)).all()
    assert names[0] == "職員.csv（3〜102行目）"


def test_a_part_by_which_many_leave_waits_for_somebody_to_look_through_it(mizuho, tmp_path):
    going = [mizuho.person() for _number in range(5)]
    rows = "".join(f"{one.number},{one.name},,総務課,,{clock.today().isoformat()}\n" for one in going)
    path = whole(tmp_path / "退職.csv", text="職員番号,氏名,フリガナ,所属,職名,退職日\n" + rows)
    [one] = loads(mizuho, path, mizuho.id)
    assert (one.planned, one.applied, one.told) == (5, 0, large_file.TO_BE_LOOKED_AT)
    assert row_of(going[0]).left_on is None


def test_each_line_may_name_its_organisation_and_the_right_is_asked_for_each(mizuho, hachioji, tmp_path):
    rows = people(1, 4, head="133035,") + people(4, 6, head="132012,") + people(6, 7, head="999999,")
    path = whole(tmp_path / "広域.csv", "utf-16", "団体コード," + HEADINGS + rows)
    first = loads(mizuho, path)
    assert [(one.part.organisation, one.applied, bool(one.told)) for one in first] == [
        ("133035", 3, False), ("132012", 0, True), ("999999", 0, True),
    ]  # fmt: skip
    assert "権限がありません" in first[1].told
    assert "見つかりません" in first[2].told
    assert [one.applied for one in loads(hachioji, path)] == [0, 2, 0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04", "CSV形式"),
        ("あれ,これ\n1,2\n".encode(), "見出しの行"),
        (b"\xff\x00\xd8,\n", "文字コード|見出し"),
        ((HEADINGS + '1,"開いた まま,カナ,課,職\n' + "2,次 の人,カナ,課,職\n" * 3).encode("cp932"), "引用符"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_word(mizuho, tmp_path, content, told):
    path = tmp_path / "名簿.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidError, match=told):
        loads(mizuho, path, mizuho.id)


def test_the_command_says_how_fast_it_was_and_how_fast_the_database_is_by_itself(app, mizuho, tmp_path):
    db.session.execute(
        sa.update(Staff).where(Staff.id == mizuho.administrator.staff_id).values(email="chief@example.lg.jp")
    )
    db.session.commit()
    path = str(whole(tmp_path / "職員.csv", text=HEADINGS + people(5000, 5300)))
    run = app.test_cli_runner().invoke
    said = ["people", "load-large", path, "--as", "chief@example.lg.jp"]
    answer = run(args=[*said, "--organisation", "瑞穂町", "--apply"])
    assert answer.exit_code == 0, answer.output
    assert "300 changes in" in answer.output
    assert "the database alone" in answer.output
    assert (
        "nobody has the address"
        in run(args=["people", "load-large", path, "--as", "x@example.lg.jp", "--organisation", "133035"]).output
    )
