"""The duties on paper (受講状況の一覧): what the page shows, as a sheet with its title, its day and what its words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import clock

from participation.papers.paper import Column, Paper

from review.duties import duty as duties
from review.duties.question import curricula, posts, sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from people.permission import Actor

    from review.duties.question import Question

MEANING = "必修の講座だけの一覧です。修了は、毎年受ける講座では今年度の修了です。期限切れは、今日より前の期限までに修了していないものです。"


def paper(actor: Actor, question: Question) -> Paper:
    """Return all duties that are asked for as a paper."""
    rows = duties.every(actor, question)
    return Paper(
        name="受講状況",
        title="受講状況",
        is_wide=True,
        facts=(
            ("団体", actor.organisation_name),
            ("条件", _conditions(actor, question, {duty.slug: duty.title for duty in rows})),
            ("作成日", clock.date_label(clock.today())),
            ("件数", f"{len(rows):,}件"),
        ),
        columns=(
            Column("部署", 4), Column("職", 3), Column("氏名", 4), Column("講座", 8), Column("期限", 5), Column("状況", 4), Column("修了した日", 5),
        ),
        rows=tuple(
            (
                duty.department, duty.post, duty.name, duty.title, clock.date_label(duty.due_on) if duty.due_on else "",
                "期限切れ" if duty.is_late else duty.standing.label,
                clock.date_label(clock.local(duty.done_at).date()) if duty.done_at else "",
            )
            for duty in rows
        ),
        lines=(MEANING,),
    )  # fmt: skip


def _section(actor: Actor, section_id: int | None) -> str:
    if section_id is None:
        return ""
    return next((f"部署「{row.title}」" for row in sections(actor) if row.id == section_id), "部署なし")


def _conditions(actor: Actor, question: Question, titles: Mapping[str, str]) -> str:
    said = [
        question.standing.label if question.standing else "",
        _section(actor, question.section),
        next((f"職「{row.name}」" for row in posts(actor) if row.id == question.post), ""),
        f"「{question.text}」" if question.text else "",
        f"講座「{titles.get(question.course, question.course)}」" if question.course else "",
        f"カリキュラム「{dict(curricula(actor)).get(question.curriculum, question.curriculum)}」"
        if question.curriculum
        else "",
    ]
    return "、".join(filter(None, said)) or "すべて"
