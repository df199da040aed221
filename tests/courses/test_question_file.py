"""Questions from files of other tools: what can be asked comes in, what cannot is said with its place and the reason."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
import xlsxwriter
from factories import draft_course, edition_of
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.database import db
from kernel.errors import InvalidError

from courses.lessons import lesson_kind, outline, question_file
from courses.lessons.question import QuestionKind
from courses.models import LessonKind

GIFT = r"""// 一行の説明
$CATEGORY: top/研修

::一問目::パスワードは何文字以上ですか {~8文字 =12文字#よい長さです ~4文字#短すぎます}

::二::[html]<p>正しいものは<br>どれ&amp;どれ</p> {~%50%一つ目 ~%50%二つ目 ~%-100%三つ目 ####まとめ}

標準化は任意である。{F#義務です}

いくつですか {#1500:10}

幅は {#1..5}

合言葉は {=標準化 =標準 化}

比は 1\:2 \= ですか {T}

自由に書いてください {}

組み合わせる {=東京 -> 都 =大阪 -> 府}

文の中の {=言葉} を埋める。
"""
MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>top</text></category></question>
<question type="multichoice"><name><text>一</text></name><questiontext format="html"><text><![CDATA[<p>どれですか&nbsp;?</p>]]></text></questiontext>
<answer fraction="100"><text>これ</text><feedback><text>はい</text></feedback></answer><answer fraction="0"><text>あれ</text><feedback><text>いいえ</text></feedback></answer></question>
<question type="truefalse"><questiontext><text>正しいですか</text></questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
<question type="shortanswer"><questiontext><text>合言葉は</text></questiontext><answer fraction="100"><text>標準化</text></answer></question>
<question type="numerical"><questiontext><text>いくつ</text></questiontext><answer fraction="100"><text>3.5</text><tolerance>0.1</tolerance></answer></question>
<question type="essay"><questiontext><text>書いてください</text></questiontext></question>
<question type="multichoice"><questiontext><text><![CDATA[<img src="x.png">どれ]]></text></questiontext><answer fraction="100"><text>a</text></answer></question>
</quiz>"""
ROWS = [
    ["研修の確認", "", "", "", "", ""],
    ["問い", "選択肢1", "選択肢2", "選択肢3", "正解", "解説"],
    ["どれですか", "一つ目", "二つ目", "三つ目", "2", "理由"],
    ["どれとどれですか", "一つ目", "二つ目", "三つ目", "1、3", ""],
    ["正しいですか", "", "", "", "×", "違います"],
    ["何人ですか", "", "", "", "1,500人", ""],
    ["合言葉は", "", "", "", "標準化/共通化", ""],
    ["誤り", "甲", "乙", "", "丙", ""],
    ["正解がない", "甲", "乙", "", "", ""],
]
K = QuestionKind


def kinds(found):
    return [one.kind for one in found.questions]


def test_gift():
    found = question_file.read(GIFT.encode())
    assert kinds(found) == [
        K.SINGLE,
        K.MULTIPLE,
        K.TRUE_FALSE,
        K.NUMBER,
        K.NUMBER,
        K.SHORT_TEXT,
        K.TRUE_FALSE,
        K.SHORT_TEXT,
    ]
    first, second, third, fourth, fifth, _sixth, seventh, eighth = found.questions
    assert first.text == "パスワードは何文字以上ですか"
    assert [(one.text, one.right, one.feedback) for one in first.choices] == [
        ("8文字", False, ""), ("12文字", True, "よい長さです"), ("4文字", False, "短すぎます"),
    ]  # fmt: skip
    assert second.text == "正しいものは\nどれ&どれ"
    assert [one.right for one in second.choices] == [True, True, False]
    assert third.right is False
    assert (fourth.answer, fourth.tolerance) == (1500, 10)
    assert (fifth.answer, fifth.tolerance) == (3, 2)
    assert seventh.text == "比は 1:2 = ですか"
    assert eighth.text == "文の中の ＿＿を埋める。"
    assert [sentence.split(":")[0] for sentence in found.left_out] == ["8問目", "9問目"]


def test_moodle_xml():
    found = question_file.read(MOODLE.encode())
    assert kinds(found) == [K.SINGLE, K.TRUE_FALSE, K.SHORT_TEXT, K.NUMBER]
    assert found.questions[0].text == "どれですか ?"
    assert [sentence.split(":")[0] for sentence in found.left_out] == ["5問目", "6問目"]


def as_csv(encoding, delimiter=","):
    quoted = ("\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS)).encode(encoding)
    return (b"\xef\xbb\xbf" if encoding == "utf-8" else b"") + quoted


def as_workbook():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(ROWS):
            sheet.write_row(place, 0, row)
    return made.getvalue()


@pytest.mark.parametrize("content", [as_csv("utf-8"), as_csv("cp932"), as_csv("utf-8", "\t"), as_workbook()])
def test_a_table(content):
    found = question_file.read(content)
    assert kinds(found) == [K.SINGLE, K.MULTIPLE, K.TRUE_FALSE, K.NUMBER, K.SHORT_TEXT]
    assert [one.right for one in found.questions[0].choices] == [False, True, False]
    assert [one.right for one in found.questions[1].choices] == [True, False, True]
    assert found.questions[2].right is False
    assert found.questions[3].answer == 1500
    assert found.questions[4].answers == ("標準化", "共通化")
    assert [sentence.split(":")[0] for sentence in found.left_out] == ["8行目", "9行目"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"<?xml version='1.0'?><quiz>",
        b"<quiz></quiz>",
        "ただの文".encode(),
        b"a,b\n1,2",
        b"{}",
        b"x {",
    ],
)
def test_what_holds_no_question_is_refused_with_a_sentence(content):
    with pytest.raises(InvalidError) as refused:
        question_file.read(content)
    assert refused.value.message


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(text=st.text(alphabet="{}=~#:%\\n1あ ->.|,\n\"'<>", max_size=80))
def test_no_text_breaks_the_reading_of_questions(text):
    try:
        found = question_file.read(text.encode())
    except InvalidError:
        return
    assert found.questions


@pytest.fixture
def studio(mizuho):
    """A draft with a quiz that has no question yet."""
    course = draft_course(mizuho.coordinator, "bank")
    module = outline.add_module(edition_of(course), "単元")
    quiz = outline.add_lesson(edition_of(course), module.id, "テスト", LessonKind.QUIZ)
    db.session.commit()
    return SimpleNamespace(course=course, quiz=quiz.id, browser=mizuho.coordinator.browser())


def test_an_author_adds_questions_from_a_file_and_reads_what_was_left_out(studio):
    address = f"/studio/{studio.course.slug}/lessons/{studio.quiz}/questions/file"
    assert studio.browser.get(address).status_code == 200
    page = studio.browser.post(address, data={"file": (io.BytesIO(GIFT.encode()), "bank.txt")})
    assert "8問を加えました。次の2問は、取り込めませんでした。" in page.text
    (quiz,) = (
        lesson_kind.quiz_in(lesson)
        for module in edition_of(studio.course).modules
        for lesson in module.lessons
        if lesson.id == studio.quiz
    )
    assert len(quiz.questions) == 8
    refused = studio.browser.post(address, data={"file": (io.BytesIO(b"x"), "bank.txt")})
    assert refused.status_code == 422
    assert "取り込める問題が見つかりません" in refused.text
