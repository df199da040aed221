"""The page on which an article is imported: paste or upload, look at what was read, correct it, store it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from kernel.errors import ConflictError, InvalidError, RefusalError
from kernel.forms import answer
from kernel.text import decoded

from people.access import A_TABLE, actor, holds, requires
from people.permission import Permission

from catalog import article_import
from catalog.blueprint import blueprint
from catalog.forms import ArticleForm, import_command

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
    form = ArticleForm()
    if not form.validate_on_submit():
        return answer("catalog/article_form.html", form)
    try:
        text = _text(form)
        command = import_command(form, text, request.form.to_dict())
        seen = article_import.preview(command)
    except RefusalError as refusal:
        form.refuse(refusal)
        return answer("catalog/article_form.html", form)
    if "store" not in request.form:
        return render_template("catalog/article_preview.html", form=form, seen=seen, text=text)
    try:
        seen = article_import.store(actor(), command)
    except ConflictError as refusal:
        form.refuse(refusal)
        return answer("catalog/article_preview.html", form, seen=seen, text=text)
    flash(_told(seen))
    return redirect(url_for("catalog.roundtable_page", key=seen.key.split("-")[0]))


def _told(seen: article_import.Preview) -> str:
    if seen.unchanged:
        return "この記事は取り込み済みで、変更はありませんでした。"
    verified = seen.count(article_import.Match.VERIFIED)
    return f"{len(seen.remarks)}件の発言を取り込みました（要約と照合済 {verified}件）。"
