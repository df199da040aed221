"""Lesson text: Markdown as authors write it, turned into the safe HTML that learners read.

Beyond CommonMark: tables, footnotes, call-outs (`::: example 題`), and figures (a picture alone in its paragraph, its
title being the caption). Pictures are files of the course: `assets/NAME`. There are no link references (`[1]: https://…`):
reading them takes the square of their number. A paragraph has a length, because the marks in it are paired with one another.
"""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING, Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_cjk_friendly import cjk_friendly
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote import footnote_plugin

from kernel.errors import InvalidError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_core import StateCore

_MARKS = re.compile(r"^[|｜].*｜.*$|^[ \t　]*(?:[＃＊－＋＞]+|：{3,}|[０-９]+[．.])(?:　|(?=\s))", re.MULTILINE)
_PLAIN = str.maketrans("＃＊－＋＞：．　０１２３４５６７８９", "#*-+>:. 0123456789")
CALL_OUTS = {"example": "事例", "try": "やってみよう", "caution": "気をつけること", "note": "補足"}
TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "code", "pre", "a",
    "table", "thead", "tbody", "tr", "th", "td", "del", "aside", "figure", "figcaption", "img", "section", "sup",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "id", "class"}, "aside": {"class"}, "img": {"src", "alt"}, "sup": {"class"}, "section": {"class"},
    "li": {"id", "class"}, "ol": {"class", "start"},
}  # fmt: skip
CLASSES = {
    *(f"call-out {kind}" for kind in CALL_OUTS),
    "footnotes",
    "footnotes-list",
    "footnote-item",
    "footnote-ref",
    "footnote-backref",
}
PICTURE = re.compile(r"assets/[\w.-]+\.(?:svg|png|jpe?g|webp)", re.IGNORECASE)
LONGEST_PARAGRAPH = 10_000


def with_plain_marks(text: str) -> str:
    """Return lesson text whose marks at the beginnings of lines (＃, ＊, １．, ｜) are those that Markdown knows; its words stay as they were written."""
    return _MARKS.sub(
        lambda found: found[0].replace("｜", "|") if "｜" in found[0] else found[0].translate(_PLAIN), text
    )


def _call_out(kind: str, label: str) -> Any:
    def render(_self: Any, tokens: Sequence[Token], place: int, _options: Any, _env: Any) -> str:
        token = tokens[place]
        if token.nesting != 1:
            return "</aside>\n"
        title = token.info.strip().removeprefix(kind).strip()
        heading = label if not title or title == label else f"{label}：{title}"
        return f'<aside class="call-out {kind}"><p><strong>{html.escape(heading)}</strong></p>\n'

    return render


def _refuse_long_paragraphs(state: StateCore) -> None:
    if any(token.type == "inline" and len(token.content) > LONGEST_PARAGRAPH for token in state.tokens):
        message = f"一つの段落は{LONGEST_PARAGRAPH:,}文字までです。空の行で分けてください。"
        raise InvalidError(message, field="body")


def _make_figures(state: StateCore) -> None:
    """Make a figure of each picture that is alone in its paragraph, with its title as the caption."""
    for begin, inside, end in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        picture = inside.children[0] if inside.children and len(inside.children) == 1 else None
        if begin.type != "paragraph_open" or begin.hidden or picture is None or picture.type != "image":
            continue
        begin.tag = end.tag = "figure"
        if title := picture.attrs.pop("title", None):
            words = Token("text", "", 0, content=str(title))
            inside.children = [
                picture, Token("caption_open", "figcaption", 1), words, Token("caption_close", "figcaption", -1)
            ]  # fmt: skip


def check(text: str) -> None:
    """Raise InvalidError where a text cannot be shown as Markdown, or not in reasonable time."""
    _parsed(text)


def _parsed(text: str, notes: dict[str, Any] | None = None) -> list[Token]:
    """Return the parts of a text, and its footnotes in `notes`. Raises InvalidError for one that the parser of others cannot take, whatever it runs into."""
    try:
        return _markdown().parse(text, {} if notes is None else notes)
    except InvalidError:
        raise
    except Exception as error:  # one border with a wide net: it raises IndexError for some tables in quotations
        message = "本文に、表示できない書き方があります。引用（>）の中の表（|）や箇条書きを、空の行で分けてください。"
        raise InvalidError(message, field="body") from error


@functools.cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("reference")
    markdown.use(cjk_friendly).use(footnote_plugin)
    markdown.core.ruler.before("inline", "length", _refuse_long_paragraphs)
    markdown.core.ruler.push("figure", _make_figures)
    for kind, label in CALL_OUTS.items():
        markdown.use(container_plugin, kind, render=_call_out(kind, label))
    return markdown


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Keep no class but our own, and no picture but the files of the course."""
    if attribute == "class":
        return value if value in CLASSES else None
    if tag == "img" and attribute == "src":
        return value if PICTURE.fullmatch(value) else None
    return value


@functools.lru_cache(maxsize=512)
def rendered(text: str, assets: str = "assets/", prefix: str = "") -> Markup:
    """Return the HTML of a Markdown text; `assets` is the address under which the files of the course stand.

    Headings start at the second level; what is not known is removed. `prefix` keeps the footnotes of several texts on
    one page apart.
    """
    try:
        notes: dict[str, Any] = {}
        markdown, parts = _markdown(), _parsed(text, notes)
        made = markdown.renderer.render(parts, markdown.options, notes)
        made = made.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    except InvalidError:  # written before there was a limit: shown as it was typed
        made = f"<pre>{html.escape(text)}</pre>"
    safe = nh3.clean(
        made, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, attribute_filter=_kept
    )
    for old, new in (("assets/", html.escape(assets)), ("#fn", f"#{prefix}fn")):
        safe = safe.replace(f'src="{old}', f'src="{new}').replace(f'href="{old}', f'href="{new}')
    return Markup(safe.replace('id="fn', f'id="{prefix}fn'))  # noqa: S704


def pictures_elsewhere(text: str) -> set[str]:
    """Return the addresses of pictures in a text that are no files of the course: nobody would see them."""
    try:
        parts = _parsed(text)
    except InvalidError:  # written before there was a limit
        return set()
    shown = (str(one.attrs["src"]) for token in parts for one in token.children or () if one.type == "image")
    return {address for address in shown if not PICTURE.fullmatch(address)}


def assets_in(text: str) -> set[str]:
    """Return the names of the files that a text shows or leads to."""
    return {found[1] for found in re.finditer(r"\]\(assets/([\w.-]+)", text)}
