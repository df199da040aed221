"""Reading a roundtable article: every shape that occurs, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from articles import INTRODUCED, SECOND_PART, article, simple
from hypothesis import given
from hypothesis import strategies as st

from catalog.article import parse

REAL = Path(__file__).resolve().parents[3] / "shared" / "roundtables"
REAL_ARTICLES = sorted(REAL.glob("*.txt"))


def said(text: str) -> list[tuple[str, str | None, str | None, str]]:
    return [(r.speaker, r.heading, r.subheading, r.text) for r in parse(text).remarks]


def kinds(text: str) -> set[str]:
    return {warning.kind for warning in parse(text).warnings}


def people(line: str) -> list[tuple[str, str, str | None, str]]:
    listed = parse(article("共に学ぶ\n青木\n共に学びたいです。", line)).participants
    return [(p.name, p.affiliation, p.role, p.side) for p in listed]


# --- real articles, where they are at hand


def test_the_real_articles_are_read_as_a_person_read_them():
    """Where the folder of real articles lies beside the checkout, they are read; nowhere are they part of it."""
    assert REAL_ARTICLES or not REAL.exists()
    for file in REAL_ARTICLES:
        truth = json.loads((REAL / "truth" / f"{file.stem}.json").read_text(encoding="utf-8"))
        read = parse(file.read_text(encoding="utf-8"))
        assert (read.number, read.part, read.title) == (truth["number"], truth["part"], truth["title"])
        assert str(read.held_on) == truth["date_iso"]
        assert (read.municipalities, read.agenda) == (truth["municipalities"], truth["agenda"])
        names = ("name", "surname", "affiliation", "role", "side")
        assert [{name: getattr(p, name) for name in names} for p in read.participants] == [
            {name: person[name] for name in names} for person in truth["participants"]
        ]
        assert [(r.position, r.speaker, r.heading, r.subheading, r.sha256) for r in read.remarks] == [
            (r["seq"], r["speaker"], r["section"], r["subheading"], r["sha256"]) for r in truth["remarks"]
        ]


# --- the whole of an article


def test_an_article_in_which_speakers_are_introduced():
    read = parse(INTRODUCED)
    assert (read.number, read.part, str(read.held_on)) == (41, 1, "2023-02-03")
    assert read.title == "小さなまちの学びを支える~若葉町CIO×都CIO座談会①~"
    assert read.municipalities == ["若葉町"]
    assert read.agenda == ["職員の研修", "窓口の工夫"]
    assert [p.name for p in read.participants] == ["青木 実", "森田 さやか", "海野 航", "山辺 静"]
    assert [p.side for p in read.participants] == ["municipality", "municipality", "tokyo", "tokyo"]
    assert said(INTRODUCED) == [
        ("海野 航", "職員の研修", "一人で悩まない仕組み", "研修はどのように進めていますか?"),
        (
            "青木 実",
            "職員の研修",
            "一人で悩まない仕組み",
            "担当が一人しかいないので、近くの町と一緒に受けられると助かります。\n特に、基礎の講座は中身が同じはずです。",
        ),
        ("海野 航", "職員の研修", "一人で悩まない仕組み", "同じ講座を分け合えるといいですね。"),
        ("森田 さやか", "職員の研修", "一人で悩まない仕組み", "申込みの手間も減らしたいです。"),
        ("海野 航", "窓口の工夫", "待ち時間の見える化", "窓口はいかがでしょう。"),
        ("森田 さやか", "窓口の工夫", "待ち時間の見える化", "混み具合を知らせる仕組みをつくりました。"),
    ]
    assert read.warnings == []


def test_a_second_part_without_blank_lines_or_introductions():
    read = parse(SECOND_PART)
    assert (read.number, read.part) == (41, 2)
    assert [(r.speaker, r.text) for r in read.remarks] == [
        ("青木 実", "合同の研修を増やしてほしいです。\n場所を選ばず受けられる形も考えたいです。"),
        ("海野 航", "ぜひ一緒に進めましょう。"),
    ]


def test_the_same_article_with_or_without_blank_lines_and_with_any_line_end():
    tight = "\n".join(line for line in INTRODUCED.split("\n") if line)
    loose = INTRODUCED.replace("\n", "\n\n")
    for text in (tight, loose, INTRODUCED.replace("\n", "\r\n"), "\ufeff" + INTRODUCED, INTRODUCED + "\n\n"):
        assert said(text) == said(INTRODUCED)


def test_full_width_signs_and_spaces_make_no_difference_but_are_kept_in_the_text():
    wide = article(
        "共に学ぶ\n東京都CIO:海野(以下「海野」)\n はい!そう思います。\u3000",
        "若葉町CIO:若葉町副町長\u3000青木\u3000実\n東京都CIO:東京都副知事\u00a0海野\u00a0航",
    )
    assert said(wide) == [("海野 航", "共に学ぶ", None, "はい!そう思います。")]
    assert [p.name for p in parse(wide).participants] == ["青木 実", "海野 航"]


# --- title, number, part, date


@pytest.mark.parametrize(
    ("title", "part", "municipalities"),
    [
        ("学ぶ~若葉町CIO×都CIO座談会①~", 1, ["若葉町"]),
        ("学ぶ~若葉町CIO×都CIO座談会②~", 2, ["若葉町"]),
        ("若葉町CIO×東京都CIO座談会", None, ["若葉町"]),
        ("若葉町CIO×東京都CIO対座談会①", 1, ["若葉町"]),
        ("学ぶ~若葉町CIO×都CIO①~", 1, ["若葉町"]),
        ("若葉町×みどり市×都CIO座談会②", 2, ["若葉町", "みどり市"]),
        ("学びを広げる!若葉町CIO×都CIO座談会を実施しました!part2", 2, ["若葉町"]),
        ("学ぶ〜若葉町CIO×都CIO座談会 前編〜", 1, ["若葉町"]),
    ],
)
def test_titles_tell_part_and_municipalities(title, part, municipalities):
    read = parse(article("共に学ぶ\n青木\n共に学びたいです。", head=f"{title}\n第9回は座談会をお届けします!"))
    assert (read.title, read.part, read.municipalities) == (title, part, municipalities)


@pytest.mark.parametrize(
    ("sentence", "part"),
    [("※前半はこちら", 2), ("後半もお楽しみに!", 1), ("※全2回でお届けします。", None)],
)
def test_where_the_title_is_silent_what_is_said_of_the_other_part_tells_the_part(sentence, part):
    head = "若葉町CIO×都CIO座談会\n第9回は座談会をお届けします!"
    text = article(f"共に学ぶ\n青木\n共に学びたいです。\n{sentence}", head=head)
    assert parse(text).part == part


def test_the_number_may_be_glued_to_another_sentence_and_written_full_width():
    assert (
        parse(
            article("青木\n学びます。", head="若葉町CIO×都CIO座談会\n活動を紹介します。第12回は座談会をお届けします!")
        ).number
        == 12
    )


def test_where_two_numbers_disagree_the_first_is_taken_with_a_warning():
    head = "若葉町CIO×都CIO座談会\n第9回は座談会をお届けします!\n令和5年2月3日に、「東京都・区市町村CIOフォーラム第8回座談会」として対談を実施しました。"
    read = parse(article("青木\n学びます。", head=head))
    assert read.number == 9
    assert "number-conflict" in kinds(article("青木\n学びます。", head=head))


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("令和元年12月1日に、「フォーラム第9回座談会」として対談を実施しました。", "2019-12-01"),
        ("令和5年10月31日に、「フォーラム第9回座談会」として対談を実施しました。", "2023-10-31"),
        ("令和5年4月1日から新しい制度が始まります。", None),
        ("令和5年13月1日に、「フォーラム第9回座談会」として対談を実施しました。", None),
    ],
)
def test_the_date_comes_only_from_the_sentence_that_tells_of_the_meeting(sentence, day):
    read = parse(article("青木\n学びます。", head=f"若葉町CIO×都CIO座談会\n{sentence}"))
    assert (read.held_on.isoformat() if read.held_on else None) == day


def test_what_is_missing_is_warned_of():
    assert kinds("若葉町CIO×都CIO座談会\n青木:\n学びます。") >= {
        "missing-number", "missing-date", "missing-participants", "unresolved-speaker",
    }  # fmt: skip
    assert "no-remarks" in kinds("")


# --- participants


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("若葉町総務課長:森田 さやか", [("森田 さやか", "若葉町総務課長", None, "municipality")]),
        ("若葉町CIO:若葉町副町長 青木 実", [("青木 実", "若葉町CIO", "若葉町副町長", "municipality")]),
        ("若葉町CIO(副町長):青木 実", [("青木 実", "若葉町CIO", "副町長", "municipality")]),
        ("都副知事(CIO):海野 航", [("海野 航", "都副知事", "CIO", "tokyo")]),
        ("若葉町CIO:若葉町副町長:青木 実", [("青木 実", "若葉町CIO", "若葉町副町長", "municipality")]),
        ("若葉町CIO 若葉町副町長 青木 実", [("青木 実", "若葉町CIO", "若葉町副町長", "municipality")]),
        ("若葉町総務課 学び係 係長:森田 さやか", [("森田 さやか", "若葉町総務課 学び係 係長", None, "municipality")]),
        (
            "若葉町総務課(学び担当)係長:森田 さやか",
            [("森田 さやか", "若葉町総務課(学び担当)係長", None, "municipality")],
        ),
        ("副町長:青木 実", [("青木 実", "副町長", None, "municipality")]),
        (
            "若葉町総務課長:森田 さやか若葉町企画課長:川口 望",
            [
                ("森田 さやか", "若葉町総務課長", None, "municipality"),
                ("川口 望", "若葉町企画課長", None, "municipality"),
            ],
        ),
        (
            "都CIO:海野 航 東京都デジタルサービス局課長:山辺 静",
            [("海野 航", "都CIO", None, "tokyo"), ("山辺 静", "東京都デジタルサービス局課長", None, "tokyo")],
        ),
    ],
)
def test_participants_are_written_in_many_ways(line, expected):
    assert people(line) == expected


def test_the_list_of_participants_may_stand_in_brackets():
    text = simple().replace("参加者(敬称略)", "【参加者(敬称略)】")
    assert [p.name for p in parse(text).participants] == ["青木 実", "海野 航"]


def test_an_agenda_may_have_a_space_after_its_number_and_blank_lines_between():
    text = article("議題\n\n① 職員の研修\n\n② 窓口の工夫\n\n共に学ぶ\n青木\n学びます。")
    assert parse(text).agenda == ["職員の研修", "窓口の工夫"]
    assert said(text) == [("青木 実", "共に学ぶ", None, "学びます。")]


# --- speakers


@pytest.mark.parametrize(
    ("introduction", "later"),
    [
        ("若葉町CIO:青木(以下「青木」)", "青木"),
        ("若葉町CIO青木(以下「青木」):", "青木:"),
        ("青木副町長(以下青木):", "青木:"),
        ("若葉町CIO:青木 実(以下「青木」)", "青木"),
        ("若葉町CIO:青木:(以下「青木」)", "青木"),
        ("若葉町CIO:青木", "青木"),
        ("青木副町長", "青木"),
        ("若葉町CIO:青木(以下「青木(町)」)", "青木(町)"),
        ("**若葉町CIO:青木(以下「青木」)**", "**青木**"),
    ],
)
def test_speakers_are_introduced_in_many_ways(introduction, later):
    text = article(f"共に学ぶ\n{introduction}\n学びます。\n海野\nそうですね。\n{later}\nはい。")
    assert [r.speaker for r in parse(text).remarks] == ["青木 実", "海野 航", "青木 実"]
    assert parse(text).warnings == []


def test_a_surname_that_two_people_bear_is_resolved_by_the_affiliation():
    listed = "若葉町CIO:青木 実\n東京都戦略部長:青木 樹\n東京都CIO:海野 航"
    text = article(
        "共に学ぶ\n東京都戦略部長:青木(以下「青木(都)」)\n学びます。\n若葉町CIO:青木(以下「青木(町)」)\nはい。\n青木(都)\nええ。",
        listed,
    )
    assert [r.speaker for r in parse(text).remarks] == ["青木 樹", "青木 実", "青木 樹"]


def test_a_surname_that_stays_ambiguous_is_warned_of_and_never_guessed():
    listed = "若葉町CIO:青木 実\n東京都戦略部長:青木 樹"
    text = article("共に学ぶ\n青木\n学びます。", listed)
    assert [r.speaker for r in parse(text).remarks] == ["青木"]
    assert "ambiguous-speaker" in kinds(text)


def test_a_speaker_whom_nobody_introduced_is_known_by_standing_alone_again_and_again():
    text = "若葉町CIO×都CIO座談会\n共に学ぶ\n川口\n学びます。\n森田\nはい。\n川口\nええ、そうです。\n森田\nどうぞ。"
    assert [r.speaker for r in parse(text).remarks] == ["川口", "森田", "川口", "森田"]


# --- captions, asides, headings


def test_a_caption_inside_a_turn_does_not_end_it():
    text = article(
        "共に学ぶ\n青木\n一つ目です。\n若葉町CIO:若葉町副町長 青木 実\n![図](https://example.jp/a.png)\n図5\n二つ目です。"
    )
    assert said(text) == [("青木 実", "共に学ぶ", None, "一つ目です。\n二つ目です。")]


def test_a_moderators_line_ends_the_turn():
    for sign in ("―", "—", "–", "ー", "――", "―――"):
        text = article(f"共に学ぶ\n青木\n学びます。\n{sign}次に移ります。\n海野\nはい。")
        assert [r.text for r in parse(text).remarks] == ["学びます。", "はい。"]
        assert "moderator" in {skipped.kind for skipped in parse(text).skipped}


def test_a_note_is_skipped_and_a_note_sign_inside_a_remark_is_text():
    text = article("共に学ぶ\n青木\nBPR※を学びます。\n※業務の見直し")
    assert [r.text for r in parse(text).remarks] == ["BPR※を学びます。"]


def test_short_polite_sentences_are_no_headings():
    text = article("共に学ぶ\n青木\n学びます。\nそれはいいですね!\n海野\nはい。")
    assert [(r.heading, r.text) for r in parse(text).remarks] == [
        ("共に学ぶ", "学びます。\nそれはいいですね!"),
        ("共に学ぶ", "はい。"),
    ]


def test_a_short_first_answer_is_no_heading():
    text = article("共に学ぶ\n青木\nなるほど!\n海野\nはい。")
    assert [r.text for r in parse(text).remarks] == ["なるほど!", "はい。"]


def test_the_same_speaker_before_and_after_a_heading_makes_two_remarks():
    text = article("共に学ぶ\n青木\n学びます。\nまちを越えて\n青木\n続けます。")
    assert [(r.heading, r.text) for r in parse(text).remarks] == [
        ("共に学ぶ", "学びます。"),
        ("まちを越えて", "続けます。"),
    ]


def test_a_lone_heading_after_two_levels_is_a_subheading_with_a_warning():
    text = article("共に学ぶ\n一人で悩まない\n青木\n学びます。\nまちを越えて\n海野\nはい。")
    assert [(r.heading, r.subheading) for r in parse(text).remarks] == [
        ("共に学ぶ", "一人で悩まない"),
        ("共に学ぶ", "まちを越えて"),
    ]
    assert "heading-level" in kinds(text)


def test_a_lone_heading_that_is_on_the_agenda_is_a_heading():
    text = article(
        "議題\n①共に学ぶ\n②まちを越えて\n共に学ぶ\n一人で悩まない\n青木\n学びます。\nまちを越えて\n海野\nはい。"
    )
    assert [(r.heading, r.subheading) for r in parse(text).remarks] == [
        ("共に学ぶ", "一人で悩まない"),
        ("まちを越えて", None),
    ]


def test_marks_of_markdown_are_accepted_on_headings():
    for mark in ("# ", "## ", "> ", "- "):
        assert said(article(f"{mark}共に学ぶ\n青木\n学びます。"))[0][1] == "共に学ぶ"
    assert said(article("**共に学ぶ**\n青木\n学びます。"))[0][1] == "共に学ぶ"


def test_every_skipped_line_is_reported_with_its_kind():
    skipped = {line.kind for line in parse(INTRODUCED).skipped}
    assert skipped == {"caption", "lead", "note", "block title", "closing", "credit", "back number", "footer"}


def test_an_agenda_is_looked_for_in_the_head_only():
    text = article("共に学ぶ\n青木\n学びます。\n議題①でもお話ししましたが、研修は大事です。\n海野\nはい。")
    assert parse(text).agenda == []
    assert [r.text for r in parse(text).remarks] == [
        "学びます。\n議題①でもお話ししましたが、研修は大事です。",
        "はい。",
    ]


def test_a_closing_sentence_inside_the_conversation_is_text():
    text = article("共に学ぶ\n青木\n本取組は全庁で進めています。\n続けます。\n海野\nはい。")
    assert [r.text for r in parse(text).remarks] == ["本取組は全庁で進めています。\n続けます。", "はい。"]


@pytest.mark.parametrize(
    "ending", ["難しいですよね(笑)", "そうですねー", "進めていきたいですが…", "そう思いますけれど"]
)
def test_spoken_endings_are_no_headings(ending):
    text = article(f"共に学ぶ\n青木\n学びます。\n{ending}\n海野\nはい。")
    assert [r.text for r in parse(text).remarks] == [f"学びます。\n{ending}", "はい。"]


@pytest.mark.parametrize(("said", "part"), [("の後半をお届けします!", 2), ("の前半をお届けします!", 1)])
def test_the_part_that_is_delivered_is_the_part(said, part):
    head = f"若葉町CIO×都CIO座談会\n第9回は、座談会{said}"
    assert parse(article("共に学ぶ\n青木\n学びます。", head=head)).part == part


def test_speakers_of_an_article_without_a_list_are_kept_apart():
    text = "若葉町CIO×都CIO座談会\n共に学ぶ\n若葉町CIO:若葉町副町長 青木 実(以下「青木」)\n学びます。\n東京都CIO:海野\nはい。"
    assert [r.speaker for r in parse(text).remarks] == ["青木 実", "海野"]


def test_a_number_or_date_of_something_else_is_not_taken():
    head = (
        "若葉町CIO×都CIO座談会\n第40回までの記事はこちらをご覧ください。第41回は座談会をお届けします!\n"
        "令和4年4月1日に施行された条例に続き、令和5年2月3日に、「フォーラム第41回座談会」として対談を実施しました。"
    )
    read = parse(article("共に学ぶ\n青木\n学びます。", head=head))
    assert (read.number, str(read.held_on)) == (41, "2023-02-03")


# --- nothing is lost

PIECES = st.sampled_from(
    [
        *INTRODUCED.split("\n"),
        *SECOND_PART.split("\n"),
        "",
        "青木",
        "海野:",
        "そうです。",
        "まちを越えて",
        "※注",
        "―次へ",
        "![図](a.png)",
        "画像2",
        "\u3000",
        "参加者(敬称略)",
        "議題",
        "① 学び",
        "第7回をお届けします",
        "**海野**",
        "若葉町CIO:青木(以下「青木」)",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=60)), max_size=40))
def test_every_line_that_is_not_blank_is_in_a_field_in_a_remark_or_skipped(pieces):
    text = "\n".join(pieces)
    read = parse(text)
    numbered = dict(enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1))
    filled = {number for number, line in numbered.items() if line.strip(" \u3000\u00a0\t\ufeff\u200b")}
    skipped = {line.line for line in read.skipped}
    assert skipped | read.used.keys() == filled
    assert not skipped & read.used.keys()
    spoken = "\n".join(remark.text for remark in read.remarks)
    for number, field in read.used.items():
        if field == "remarks.text":
            assert numbered[number].strip(" \u3000\u00a0\t\ufeff\u200b") in spoken or "![" in numbered[number]
    assert [remark.position for remark in read.remarks] == list(range(1, len(read.remarks) + 1))
    json.dumps(read.as_json())


FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "():!?~0123456789"}


def test_full_width_parentheses_colons_and_digits_are_read_alike():
    for text in (INTRODUCED, SECOND_PART):
        wide, narrow = parse(text.translate(FULL_WIDTH)), parse(text)
        assert [(r.speaker, r.text.translate(FULL_WIDTH)) for r in wide.remarks] == [
            (r.speaker, r.text.translate(FULL_WIDTH)) for r in narrow.remarks
        ]
        assert (wide.number, wide.part, wide.held_on) == (narrow.number, narrow.part, narrow.held_on)
        assert (wide.municipalities, wide.participants, wide.agenda) == (
            narrow.municipalities, narrow.participants, narrow.agenda,
        )  # fmt: skip


# --- what stands under pictures


CASE = Path(__file__).parent.parent / "data" / "cases" / "people" / "11-article-caption.txt"
CAPTIONS = [
    "キャプチャ", "スクリーンショット 2022-10-11 134512", "image.png", "IMG_1234", "スライド3", "図1 研修の流れ", "集合写真",
    "テーブル 自動的に生成された説明", "テキスト が含まれている画像", "座談会の様子", "研修資料.pdf", "参加者の皆さん", "架空市職員一同",
    "中村副市長", "中村副市長(ぼかし後送付用)", "宮坂副知事と中村副市長", "左から中村副市長、加賀谷部長", "中村 哲也副市長",
]  # fmt: skip


@pytest.mark.parametrize("caption", CAPTIONS)
@pytest.mark.parametrize("stead", ["キャプチャ", "中村副市長(ぼかし後送付用)"])
def test_what_stands_under_a_picture_is_neither_a_heading_nor_a_remark(caption, stead):
    text = CASE.read_text(encoding="utf-8").replace(stead, caption)
    assert said(text) == [
        ("中村 哲也", "共通カリキュラム", "職員がともに学ぶ", "資料をもとに部長より説明します。"),
        ("加賀谷 実", "共通カリキュラム", "職員がともに学ぶ", "よろしくお願いします。研修を共同でつくりました。"),
    ]
    assert kinds(text) <= {"empty-turn"}, "who is named alone between two turns may have said nothing"


def test_a_transcript_whose_speakers_nobody_introduces_is_read_and_warned_of():
    text = article(
        "共に学ぶ\n岡部:研修を増やしたいです。\n目黒:いいですね。\n岡部:一緒に進めましょう。\n目黒:はい。", ""
    )
    assert said(text) == [
        ("岡部", "共に学ぶ", None, "研修を増やしたいです。"),
        ("目黒", "共に学ぶ", None, "いいですね。"),
        ("岡部", "共に学ぶ", None, "一緒に進めましょう。"),
        ("目黒", "共に学ぶ", None, "はい。"),
    ]
    assert "unresolved-speaker" in kinds(text)


def test_a_list_within_what_is_said_is_no_transcript():
    told = "青木\n三つあります。\n目的:学ぶこと\n方法:集まること\n目的:続けること"
    assert [speaker for speaker, *_rest in said(article("共に学ぶ\n" + told))] == ["青木 実"]
