"""Pages on which courses are found and chosen, as they are for who reads: the catalogue, and a curriculum as a path."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flask import get_template_attribute, jsonify, render_template, request
from markupsafe import Markup

from kernel.page import address_with

from people.access import public, visitor

from courses import offer

from catalog import catalogue_search
from catalog.adopting.adoption import adopters
from catalog.card import cards
from catalog.curricula.curriculum import published_curriculum
from catalog.curricula.edition import ahead_of
from catalog.facets import Sort
from catalog.search.query import marked, read

from front import mark
from front.blueprint import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from catalog.card import Card
    from catalog.catalogue_search import Found

KEPT_CARDS = 2000
SUMMARY = 120
NO_WORDS = read("")


@blueprint.app_template_global()
@lru_cache(maxsize=KEPT_CARDS)
def plain_card(card: Card) -> Markup:
    """Return a card as everybody sees it, without marks and matches, as HTML: drawn once while it says the same."""
    draw = get_template_attribute("components/course_card.html", "course_card")
    return Markup(draw(card, card.title, marked(card.summary, NO_WORDS, SUMMARY)))  # noqa: S704 - what a template has drawn


@blueprint.get("/catalog")
@public
def catalogue() -> ResponseReturnValue:
    """Find courses by words and facets; curricula and remarks that match stand beside them."""
    question, person = catalogue_search.ask(request.args.to_dict(flat=False)), visitor()
    found = catalogue_search.find(question)
    own = (
        offer.only_for(person.organisation_ids, question.query.text)
        if person and found.courses.number == 1 and not any(question.choices.values())
        else []
    )
    return render_template(
        "front/catalogue.html",
        found=found,
        own=cards(own) if own else [],
        sorts=list(Sort),
        marked=marked,
        summary_length=SUMMARY,
        chips=_chips(found),
        marks=mark.marks(person, [card.course_id for card in found.courses.rows]) if person else {},
    )


def _chips(found: Found) -> list[tuple[str, str]]:
    """Return what narrows the list down, in words, each with the arguments of the address without it."""
    asked = request.args.to_dict(flat=False)
    chips = []
    for facet, values in found.facets.items():
        for value in values:
            if value.chosen:
                rest = [one for one in asked.get(facet.value, []) if one != value.value]
                chips.append((value.label, address_with(asked, **{facet.value: rest, "page": []})))
    return chips


@blueprint.get("/catalog/words")
@public
def suggested_words() -> ResponseReturnValue:
    """Return what somebody may go on to type, as JSON."""
    return jsonify(catalogue_search.suggested(request.args.get("q", "")[:100]))


@blueprint.get("/curricula/<slug>")
@public
def curriculum(slug: str) -> ResponseReturnValue:
    """Show a curriculum as a path, where the reader is on it, and who adopted it."""
    person = visitor()
    found = published_curriculum(slug, person)
    names, count = adopters(found.id)
    marks = mark.marks(person, [step.course_id for step in found.steps]) if person else {}
    return render_template(
        "front/curriculum.html",
        curriculum=found,
        adopters=names,
        adopter_count=count,
        ahead=ahead_of(found),
        marks=marks,
        here=mark.here(found.steps, marks) if person else None,
    )
