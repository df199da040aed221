"""Columns of a personnel file: what a heading says, whatever words the personnel section uses; pure.

What the headings do not tell is said once by hand, and remembered for the organisation (`people.personnel.work`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kernel.spelling import folded
from kernel.vocabulary import Term

from people.recognition import HEADINGS as OF_PEOPLE
from people.recognition import Column as OfPerson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_HEADING = 50
FEWEST = 2
"""So many columns that are known make a row the row of headings: a title above a table has one at most."""


class Column(Term):
    """What a column of a personnel file says."""

    NUMBER = "number", "職員番号"
    NAME = "name", "氏名"
    FAMILY = "family", "姓"
    GIVEN = "given", "名"
    READING = "reading", "フリガナ"
    FAMILY_READING = "family reading", "姓のフリガナ"
    GIVEN_READING = "given reading", "名のフリガナ"
    EMAIL = "email", "メールアドレス"
    BUREAU = "bureau", "部・局（所属の上の段）"
    SECTION = "section", "所属（部署）"
    UNIT = "unit", "係（所属の下の段）"
    POST = "post", "職"
    JOINED = "joined", "採用日・所属の始まり"
    POSTED = "posted", "異動日・発令日"
    LEFT = "left", "退職日・所属の終わり"


HEADINGS = {
    Column.NUMBER: f"{OF_PEOPLE[OfPerson.NUMBER]} 個人番号（職員） 職番 従業員番号",
    Column.NAME: OF_PEOPLE[OfPerson.NAME],
    Column.FAMILY: OF_PEOPLE[OfPerson.FAMILY],
    Column.GIVEN: OF_PEOPLE[OfPerson.GIVEN],
    Column.READING: f"{OF_PEOPLE[OfPerson.READING]} 氏名（カナ） 氏名（フリガナ） 職員氏名カナ カナ名",
    Column.FAMILY_READING: "セイ 姓カナ 姓フリガナ 氏カナ 姓（カナ）",
    Column.GIVEN_READING: "メイ 名カナ 名フリガナ 名（カナ）",
    Column.EMAIL: OF_PEOPLE[OfPerson.EMAIL],
    Column.BUREAU: "部 局 部名 局名 部局 部局名 部名称 局部名",
    Column.SECTION: "所属 部署 所属部署 所属名 所属名称 部署名 課 課名 課名称 配属 配属先 配属部署 所属課 所属課名 組織 組織名",
    Column.UNIT: "係 係名 係名称 班 班名 グループ 担当",
    Column.POST: "職 職名 職名称 役職 役職名 補職 補職名 職位 職階",
    Column.JOINED: "採用日 採用年月日 入庁日 入庁年月日 所属開始日 所属の始まり 着任日",
    Column.POSTED: "異動日 異動年月日 発令日 発令年月日 配属日 配属年月日",
    Column.LEFT: "退職日 退職年月日 離職日 離職年月日 転出日 所属終了日 所属の終わり 最終在籍日",
}
_COLUMNS = {folded(heading): column for column, headings in HEADINGS.items() for heading in headings.split()}
_DIGIT_OR_AT = re.compile(r"[\d@]")
_BRACKETS = re.compile(r"\((?!.*(?:カナ|かな|フリガナ|職員)).*\)")


def key_of(heading: str) -> str:
    """Return a heading in the form in which its spellings meet; what stands in brackets, a unit or a note, does not count."""
    return folded(_BRACKETS.sub("", folded(heading[:LONGEST_HEADING])))


def columns_of(cells: Sequence[str], said: Mapping[str, str]) -> list[Column | None]:
    """Return what each column of a row of headings says: as was said by hand for a heading, else by its words; each once."""
    found: list[Column | None] = []
    for cell in cells:
        key = key_of(cell)
        column = _by_value(said[key]) if key in said else _COLUMNS.get(key)
        found.append(column if column not in found else None)
    return found


def _by_value(value: str) -> Column | None:
    return next((one for one in Column if one.value == value), None)


IDENTIFIES = frozenset({Column.NUMBER, Column.EMAIL, Column.NAME, Column.FAMILY})
"""Without one of these, a line speaks of nobody."""


def is_heading(cells: Sequence[str], said: Mapping[str, str]) -> bool:
    """Tell whether a row is the row of headings."""
    known = [column for column in columns_of(cells, said) if column]
    return len(known) >= FEWEST and bool(IDENTIFIES & set(known))


def is_heading_again(cells: Sequence[str], first: Sequence[str], said: Mapping[str, str]) -> bool:
    """Tell whether a row below the headings says them again; one with a digit or an address says them word for word, or not at all."""
    return list(cells) == list(first) or (not any(map(_DIGIT_OR_AT.search, cells)) and is_heading(cells, said))


def may_be_heading(cells: Sequence[str]) -> bool:
    """Tell whether a row may be headings in words that are not known: two words at least, each once, and no number among them."""
    words = [cell for cell in cells if cell]
    return len(words) >= FEWEST and len(set(words)) == len(words) and not any(map(_DIGIT_OR_AT.search, words))
