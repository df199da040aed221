"""Roundtable articles, read without a database.

An article is, in this order: a title; a lead that names number and date; the participants; often an agenda;
sections under one or two headings, in which speakers take turns; a closing and credits. Between them stand
pictures, captions, notes and the moderator's lines. A *remark* is one uninterrupted turn of one speaker inside
one section, all its paragraphs, kept as they were written. Each non-blank line ends up in a field, in a remark,
or among the skipped lines with the reason.
"""

from catalog.article.model import Participant, ReadArticle, ReadRemark, Side, Skipped, Warn
from catalog.article.reading import parse

__all__ = ["Participant", "ReadArticle", "ReadRemark", "Side", "Skipped", "Warn", "parse"]
