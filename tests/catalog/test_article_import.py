"""Importing an article: once is enough, summaries are matched, and a changed remark that a course cites is a conflict."""

from __future__ import annotations

import hashlib
import json
import re
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from articles import INTRODUCED, SECOND_PART, article
from factories import draft_course

from kernel.database import add, db
from kernel.errors import ConflictError, InvalidError, NotFoundError

from catalog.importing import undoing
from catalog.importing.comparison import ImportArticle, Match, note_key_of, preview
from catalog.importing.storing import store
from catalog.models import Article, EarlierRemark, Motivation, Participant, Remark, Roundtable
from catalog.search import index
from catalog.search.models import SearchDocument

REAL_ARTICLES = sorted((Path(__file__).resolve().parents[3] / "shared" / "roundtables").glob("*.txt"))


CORRECTED = INTRODUCED.replace("担当が一人しかいないので", "担当が二人しかいないので")


def undo(actor, key):
    """Take the last import of an article back, as the page names it."""
    article_id = db.session.scalar(sa.select(Article.id).where(Article.key == key)) or 0
    return undoing.undo(actor, key, undoing.last_imports([article_id]).get(article_id, 0))


def of(text, **more):
    return ImportArticle(text, **more)


def remarks(key):
    return {
        row.position: row
        for row in db.session.scalars(
            sa.select(Remark).join(Remark.article).where(Article.key == key).order_by(Remark.position)
        )
    }


def cite(remark, author):
    add(Motivation(remark_id=remark.id, course_id=draft_course(author).id, rationale="この声に応えるため"))
    db.session.commit()


def test_an_article_is_stored_with_its_remarks(app, mizuho):
    store(mizuho.coordinator.actor, of(INTRODUCED))
    stored = remarks("41-1")
    assert [stored[place].speaker for place in (1, 2, 4)] == ["海野 航", "青木 実", "森田 さやか"]
    assert stored[2].text.startswith("担当が一人しかいないので")
    assert stored[2].heading == "職員の研修"


def test_importing_again_changes_nothing(app, mizuho):
    store(None, of(INTRODUCED))
    before = db.session.scalar(sa.select(Article.imported_at).where(Article.key == "41-1"))
    again = store(None, of(INTRODUCED.replace("\n", "\r\n\r\n")))
    assert again.unchanged
    assert db.session.scalar(sa.select(Article.imported_at).where(Article.key == "41-1")) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Article).where(Article.key == "41-1")) == 1


def test_two_parts_become_one_roundtable(app):
    store(None, of(INTRODUCED))
    store(None, of(SECOND_PART))
    roundtable = db.session.scalars(sa.select(Roundtable).where(Roundtable.key == "41")).one()
    keys = db.session.scalars(
        sa.select(Article.key).where(Article.roundtable_id == roundtable.id).order_by(Article.part)
    ).all()
    assert keys == ["41-1", "41-2"]


def with_summary(text, position, sha256=None):
    """Store what the product would ship for an article: a summary and the digest of the remark it is about."""
    seen = preview(of(text))
    roundtable = add(Roundtable(key="41", number=41, title="題", municipalities=["若葉町"], agenda=[]))
    row = add(Article(roundtable_id=roundtable.id, key=seen.key, part=1, title="題"))
    digest = sha256 or seen.reading.remarks[position - 1].sha256
    remark = add(
        Remark(
            article_id=row.id,
            position=position,
            speaker="青木 実",
            summary="近隣と一緒に受けたい。",
            asks=True,
            sha256=digest,
            summary_sha256=digest,
        )
    )
    db.session.commit()
    return remark


def test_a_summary_is_verified_by_position_and_digest(app, client):
    with_summary(INTRODUCED, 2)
    assert "要約" in client.get("/remarks/41-1/2").text
    seen = store(None, of(INTRODUCED))
    db.session.commit()
    assert seen.count(Match.VERIFIED) == 1
    assert remarks("41-1")[2].is_verified
    page = client.get("/remarks/41-1/2").text
    assert "記事からの引用" in page
    assert "照合済" in page
    assert "担当が一人しかいないので" in page
    assert "照合済" not in client.get("/remarks/41-1/3").text


def test_a_summary_of_other_words_is_not_verified(app):
    with_summary(INTRODUCED, 2, sha256="0" * 64)
    seen = store(None, of(INTRODUCED))
    assert seen.count(Match.VERIFIED) == 0
    assert not remarks("41-1")[2].is_verified


def test_a_changed_remark_that_a_course_cites_is_a_conflict_and_both_texts_are_shown(app, mizuho, secretariat):
    store(None, of(INTRODUCED))
    cite(remarks("41-1")[2], mizuho.coordinator)
    changed = INTRODUCED.replace("近くの町と一緒に", "近くの市と一緒に")
    with pytest.raises(ConflictError, match="2番目"):
        store(None, of(changed))
    db.session.rollback()
    browser = secretariat.secretary.browser()
    shown = browser.post("/studio/articles/new", data={"text": changed}).text
    assert "近くの町と一緒に" in shown
    assert "近くの市と一緒に" in shown
    refused = browser.post("/studio/articles/new", data={"text": changed, "store": "1"})
    assert refused.status_code == 422
    assert "近くの町" in remarks("41-1")[2].text
    accepted = browser.post("/studio/articles/new", data={"text": changed, "store": "1", "accept_changes": "y"})
    assert accepted.status_code == 302
    assert "近くの市" in remarks("41-1")[2].text
    page = mizuho.coordinator.browser().get("/remarks/41-1/2").text
    assert "取り込みで置き換わった以前の文章（1）" in page
    assert "近くの町と一緒に" in page, "what somebody was quoted with stays readable"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)//n1e243cc0101a",
        "search-ms:query=/n1e243cc0101a",
        "https:///n1e243cc0101a",
        "data:text/html,/n1e243cc0101a",
    ],
)
def test_an_article_is_at_an_address_of_the_web(secretariat, address):
    sent = {"text": INTRODUCED, "url": address, "store": "1"}
    answer = secretariat.secretary.browser().post("/studio/articles/new", data=sent)
    assert answer.status_code == 422
    assert "https:// で始まるもの" in answer.text


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_what_somebody_said_is_entered_by_the_secretariat_only(mizuho, role):
    browser = getattr(mizuho, role).browser()
    assert browser.post("/studio/articles/new", data={"text": INTRODUCED, "store": "1"}).status_code == 404
    assert browser.post("/remarks/8-1/11/asks", data={"asks": "1"}).status_code == 404


def test_a_changed_remark_that_nobody_cites_is_taken(app):
    store(None, of(INTRODUCED))
    seen = store(None, of(INTRODUCED.replace("近くの町と", "近くの市と")))
    assert seen.count(Match.CHANGED) == 1
    assert "近くの市と" in remarks("41-1")[2].text


def test_an_article_that_lost_a_cited_remark_is_refused(app, mizuho):
    store(None, of(INTRODUCED))
    cite(remarks("41-1")[6], mizuho.coordinator)
    shorter = INTRODUCED.replace("森田:\n混み具合を知らせる仕組みをつくりました。\n", "")
    with pytest.raises(ConflictError, match="6番目"):
        store(None, of(shorter))


def test_an_article_is_known_by_its_note_key_whatever_the_link_looks_like(app):
    assert note_key_of("https://note.com./tokyo/n/n1e243cc0101a?magazine_key=m9") == "n1e243cc0101a"
    text = article("共に学ぶ\n青木\n学びます。", head="若葉町CIO×都CIO座談会")
    store(None, of(text, url="https://note.com/tokyo/n/nabcdef012345"))
    again = preview(
        of(text.replace("学びます", "続けます"), url="https://note.com./tokyo/n/nabcdef012345?magazine_key=m1")
    )
    assert again.article is not None


def test_a_text_without_remarks_is_refused_with_what_to_do(secretariat):
    with pytest.raises(InvalidError, match="記事の全文"):
        preview(of("ただの文章です。"))
    answer = secretariat.secretary.browser().post("/studio/articles/new", data={"text": "ただの文章です。"})
    assert answer.status_code == 422
    assert "ただの文章です。" in answer.text


def test_speaker_and_headings_are_corrected_by_hand_before_they_are_stored(secretariat):
    browser = secretariat.secretary.browser()
    shown = browser.post("/studio/articles/new", data={"text": INTRODUCED}).text
    assert 'name="speaker-2" value="青木 実"' in shown
    assert remarks("41-1") == {}
    browser.post(
        "/studio/articles/new",
        data={"text": INTRODUCED, "store": "1", "speaker-2": "青木 実(代理)", "heading-2": "学び", "subheading-2": ""},
    )
    stored = remarks("41-1")[2]
    assert (stored.speaker, stored.heading, stored.subheading) == ("青木 実(代理)", "学び", None)
    assert store(None, of(INTRODUCED)).unchanged
    assert remarks("41-1")[2].speaker == "青木 実(代理)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_may_be_in_utf8_or_cp932(secretariat, encoding):
    content = INTRODUCED.encode(encoding)
    answer = secretariat.secretary.browser().post(
        "/studio/articles/new", data={"file": (BytesIO(content), "article.txt")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 200
    assert "発言（6件）" in answer.text


def test_a_file_that_is_no_text_is_refused_politely(secretariat):
    answer = secretariat.secretary.browser().post(
        "/studio/articles/new",
        data={"file": (BytesIO(b"\x89PNG\xff\xfe\x81"), "a.png")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "文字コード" in answer.text


def test_the_command_line_parses_without_a_database_and_imports(app, tmp_path):
    file = tmp_path / "article.txt"
    file.write_bytes(INTRODUCED.encode("cp932"))
    runner = app.test_cli_runner()
    printed = runner.invoke(args=["catalog", "parse", str(file)])
    read = json.loads(printed.output)
    assert (read["number"], read["part"], read["held_on"]) == (41, 1, "2023-02-03")
    assert set(read) == {
        "number", "part", "title", "held_on", "municipalities", "participants", "agenda", "remarks", "warnings", "skipped",
    }  # fmt: skip
    assert set(read["remarks"][0]) == {"position", "speaker", "heading", "subheading", "text"}
    assert set(read["participants"][0]) == {"name", "surname", "affiliation", "role", "side"}
    db.session.commit()
    assert "new 6" in runner.invoke(args=["catalog", "import", str(file)]).output
    assert "unchanged" in runner.invoke(args=["catalog", "import", str(file)]).output


def test_an_imported_remark_is_put_on_the_list_of_those_that_wait(secretariat, client):
    store(None, of(INTRODUCED))
    db.session.commit()
    assert "担当が一人しかいないので" not in client.get("/remarks?unanswered=1").text
    secretariat.secretary.browser().post("/remarks/41-1/2/asks", data={"asks": "1"})
    assert "担当が一人しかいないので" in client.get("/remarks?unanswered=1").text


def test_the_real_articles_match_the_shipped_summaries(app):
    """Where the folder of real articles lies beside the checkout: every summary of the three is verified."""
    for file in REAL_ARTICLES:
        seen = store(None, of(file.read_text(encoding="utf-8")))
        summaries = [row for row in remarks(seen.key).values() if row.summary]
        assert summaries
        assert all(row.is_verified for row in summaries)
        assert store(None, of(file.read_text(encoding="utf-8"))).unchanged


def test_no_summary_we_ship_is_the_text_of_an_article(app):
    for remark in db.session.scalars(sa.select(Remark)):
        assert hashlib.sha256(remark.summary.encode()).hexdigest() != remark.sha256
        assert remark.text is None


def shape():
    """Everything that is stored of articles, without what only counts."""
    db.session.expire_all()
    articles = {
        row.key: (row.title, row.digest, row.url, row.note_key) for row in db.session.scalars(sa.select(Article))
    }
    tables = {row.key: (row.held_on, tuple(row.municipalities)) for row in db.session.scalars(sa.select(Roundtable))}
    said = sorted(
        (row.article_id, row.position, row.speaker, row.text or "", row.heading or "")
        for row in db.session.scalars(sa.select(Remark))
    )
    people = sorted(db.session.execute(sa.select(Participant.roundtable_id, Participant.name)).all())
    earlier = db.session.scalar(sa.select(sa.func.count()).select_from(EarlierRemark))
    words = db.session.scalar(sa.select(sa.func.count()).select_from(SearchDocument))
    return articles, tables, said, people, earlier, words


def test_an_import_is_taken_back_as_if_it_had_never_been(app, secretariat):
    before = shape()
    store(secretariat.secretary.actor, of(INTRODUCED))
    once = shape()
    store(secretariat.secretary.actor, of(INTRODUCED.replace("担当が一人しかいないので", "担当が二人しかいないので")))
    store(secretariat.secretary.actor, of(SECOND_PART))
    assert undo(secretariat.secretary.actor, "41-2") == "41"
    assert undo(secretariat.secretary.actor, "41-1") == "41"
    assert shape() == once
    assert undo(secretariat.secretary.actor, "41-1") == ""
    assert shape() == before
    with pytest.raises(NotFoundError):
        undo(secretariat.secretary.actor, "41-1")


def test_a_summary_that_was_there_before_is_there_again(app, secretariat):
    index.index_remark(with_summary(INTRODUCED, 2))
    before = shape()
    store(secretariat.secretary.actor, of(INTRODUCED))
    undo(secretariat.secretary.actor, "41-1")
    assert shape() == before
    assert remarks("41-1")[2].summary == "近隣と一緒に受けたい。"


def test_what_a_course_cites_is_not_taken_back(app, mizuho, secretariat):
    store(secretariat.secretary.actor, of(INTRODUCED))
    cite(remarks("41-1")[2], mizuho.coordinator)
    with pytest.raises(ConflictError, match="引用"):
        undo(secretariat.secretary.actor, "41-1")


def test_what_a_course_cites_does_not_say_something_else_again_without_a_word(app, mizuho, secretariat):
    store(secretariat.secretary.actor, of(INTRODUCED))
    store(secretariat.secretary.actor, of(CORRECTED))
    cite(remarks("41-1")[2], mizuho.coordinator)
    with pytest.raises(ConflictError, match="変わった発言"):
        undo(secretariat.secretary.actor, "41-1")
    assert "担当が二人" in remarks("41-1")[2].text


def test_whom_a_later_part_has_introduced_stays_when_an_earlier_one_is_taken_back(app, secretariat):
    store(secretariat.secretary.actor, of(INTRODUCED))
    table = db.session.scalars(sa.select(Roundtable.id).where(Roundtable.key == "41")).one()
    db.session.execute(sa.delete(Participant).where(Participant.roundtable_id == table))
    db.session.expire_all()
    store(secretariat.secretary.actor, of(CORRECTED))
    first = set(db.session.scalars(sa.select(Participant.name).where(Participant.roundtable_id == table)))
    store(secretariat.secretary.actor, of(SECOND_PART))
    db.session.add(
        Participant(
            roundtable_id=table,
            position=99,
            name="あとの人",
            affiliation="",
            role="",
            side=next(iter(db.session.scalars(sa.select(Participant.side)))),
        )
    )
    db.session.flush()
    undo(secretariat.secretary.actor, "41-1")
    left = set(db.session.scalars(sa.select(Participant.name).where(Participant.roundtable_id == table)))
    assert "あとの人" in left
    assert first
    assert not first & left


def test_only_the_secretariat_takes_it_back_and_the_page_offers_it(app, mizuho, secretariat):
    store(secretariat.secretary.actor, of(INTRODUCED))
    db.session.commit()
    assert "最後の取り込みを元に戻す" not in mizuho.coordinator.browser().get("/roundtables/41").text
    assert mizuho.coordinator.browser().post("/studio/articles/41-1/undo").status_code == 404
    browser = secretariat.secretary.browser()
    shown = browser.get("/roundtables/41").text
    assert "最後の取り込みを元に戻す" in shown
    named = {"seen": re.search(r'undo".*?name="seen" value="(\d+)"', shown, re.DOTALL)[1]}
    store(secretariat.secretary.actor, of(CORRECTED))
    db.session.commit()
    assert browser.post("/studio/articles/41-1/undo", data=named).status_code == 409, "another import came since"
    assert browser.post("/studio/articles/41-1/undo").status_code == 409, "which one is not said"
    again = {"seen": re.search(r'undo".*?name="seen" value="(\d+)"', browser.get("/roundtables/41").text, re.DOTALL)[1]}
    assert browser.post("/studio/articles/41-1/undo", data=again).status_code == 302
    assert browser.post("/studio/articles/41-1/undo", data=again).status_code == 409, "pressed twice, one is taken back"
    assert browser.get("/roundtables/41").status_code == 200
    assert browser.post("/studio/articles/41-1/undo", data=named).status_code == 302
    assert browser.get("/roundtables/41").status_code == 404
    assert browser.post("/studio/articles/41-1/undo", data=named).status_code == 404


def test_title_day_and_municipalities_are_corrected_before_it_is_stored(app, secretariat):
    browser, page = secretariat.secretary.browser(), "/studio/articles/new"
    shown = browser.post(page, data={"text": INTRODUCED}).text
    assert "自治体" in shown
    assert "題名・開催日・自治体" in shown
    head = {
        "title": "正しい題名",
        "held_on": "R8.5.20",
        "municipalities": "若葉町\nみなと市",
        "store": "1",
        "text": INTRODUCED,
    }
    assert browser.post(page, data={**head, "held_on": "いつか"}).status_code == 422
    assert browser.post(page, data=head).status_code == 302
    table = db.session.scalars(sa.select(Roundtable).where(Roundtable.key == "41")).one()
    assert (str(table.held_on), table.municipalities) == ("2026-05-20", ["若葉町", "みなと市"])
    assert db.session.scalar(sa.select(Article.title).where(Article.key == "41-1")) == "正しい題名"
