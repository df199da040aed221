"""The page on which an article is imported: paste or upload, look at what was read, correct it, store it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.errors import ConflictError, InvalidError, RefusalError
from kernel.forms import answer
from kernel.text import decoded

from people.access import A_TABLE, actor, holds, requires
from people.permission import Permission

from catalog.blueprint import blueprint
from catalog.forms import ArticleForm, ArticleHeadForm, import_command
from catalog.importing import comparison, storing, undoing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def _text(form: ArticleForm) -> str:
    """Return the text that was pasted, else that of the file. Raises InvalidError where there is neither."""
    try:
        text = form.text.value or decoded(form.file.content)
    except UnicodeDecodeError as error:
        message = "ファイルの文字コードが分かりません。UTF-8のテキストで保存し直してください。"
        raise InvalidError(message, field="file") from error
    if not text.strip():
        message = "記事の文章を貼り付けるか、ファイルを選んでください。"
        raise InvalidError(message, field="text")
    return text.replace("\x00", "")


@blueprint.route("/studio/articles/new", methods=["GET", "POST"])
@requires(Permission.IMPORT_ARTICLES)
@holds(A_TABLE)
def new_article() -> ResponseReturnValue:
    """Read an article, show what was read, and store it when it was looked at."""
    form, stores = ArticleForm(), "store" in request.form
    head = ArticleHeadForm() if stores and "title" in request.form else None
    if not form.validate_on_submit():
        return answer("catalog/article_form.html", form)
    try:
        text = _text(form)
        is_right = head is None or head.validate()
        command = import_command(form, text, request.form.to_dict(), head if is_right else None)
        seen = comparison.preview(command)
    except RefusalError as refusal:
        form.refuse(refusal)
        return answer("catalog/article_form.html", form)
    if not stores:
        return render_template("catalog/article_preview.html", form=form, seen=seen, text=text, head=_head_of(seen))
    if not is_right:
        return render_template("catalog/article_preview.html", form=form, seen=seen, text=text, head=head), 422
    try:
        seen = storing.store(actor(), command)
    except ConflictError as refusal:
        form.refuse(refusal)
        return answer("catalog/article_preview.html", form, seen=seen, text=text, head=head or _head_of(seen))
    flash(_told(seen))
    return redirect(url_for("catalog.roundtable_page", key=seen.key.split("-")[0]))


def _told(seen: comparison.Preview) -> str:
    if seen.unchanged:
        return "この記事は取り込み済みで、変更はありませんでした。"
    verified = seen.count(comparison.Match.VERIFIED)
    return f"{len(seen.remarks)}件の発言を取り込みました（要約と照合済 {verified}件）。"


def _head_of(seen: comparison.Preview) -> ArticleHeadForm:
    """Return the head of an article that was read: as it is stored where the roundtable is known, else as it was read."""
    reading, table = seen.reading, seen.article.roundtable if seen.article else None
    held_on = (table and table.held_on) or reading.held_on
    return ArticleHeadForm(
        formdata=None, title=reading.title, held_on=held_on.isoformat() if held_on else "",
        municipalities="\n".join((table and table.municipalities) or reading.municipalities),
    )  # fmt: skip


@blueprint.post("/studio/articles/<key>/undo")
@requires(Permission.IMPORT_ARTICLES)
def undo_article(key: str) -> ResponseReturnValue:
    """Take the last import of an article back."""
    there = undoing.undo(actor(), key, request.form.get("seen", 0, type=int))
    flash("取り込みを元に戻しました。")
    return redirect(url_for("catalog.roundtable_page", key=there) if there else url_for("catalog.roundtables"))
