"""The rule by which places are shared between organisations: what it promises, and that it can be replayed."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from app import create_app
from ground import settings_for
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError

from participation.joint.allocation import (
    Call,
    Nominator,
    Step,
    allocate,
    call_as_json,
    call_from,
    digest,
    result_as_json,
)


@st.composite
def calls(draw):
    """Up to nine organisations with up to seven nominees each, any history, any capacity."""
    organisations = []
    for place in range(draw(st.integers(0, 9))):
        nominated = draw(st.integers(0, 12))
        organisations.append(
            Nominator(
                code=f"{place:06}",
                size_class=draw(st.integers(1, 5)),
                nominees=tuple(f"{place}-{number}" for number in range(draw(st.integers(0, 7)))),
                sessions_nominated=nominated,
                sessions_without_place=draw(st.integers(0, nominated)),
            )
        )
    return Call(draw(st.integers(0, 40)), draw(st.text(max_size=8)), tuple(organisations))


def placed(call):
    return {turn.id for turn in allocate(call).places}


def number_of(call, code):
    return sum(turn.organisation == code for turn in allocate(call).places)


@given(calls())
def test_as_many_places_are_given_as_there_are_and_never_more(call):
    result = allocate(call)
    nominees = [nominee for organisation in call.organisations for nominee in organisation.nominees]
    assert len(result.places) == min(call.capacity, len(nominees))
    assert sorted(turn.id for turn in (*result.places, *result.waiting)) == sorted(nominees)
    assert [turn.order for turn in (*result.places, *result.waiting)] == list(range(1, len(nominees) + 1))


@given(calls())
def test_everybodys_first_nominee_is_placed_when_there_are_enough_places(call):
    nominating = [organisation for organisation in call.organisations if organisation.nominees]
    enough = replace(call, capacity=max(call.capacity, len(nominating)))
    assert {organisation.nominees[0] for organisation in nominating} <= placed(enough)


@given(calls())
def test_the_smallest_come_first_when_there_are_not(call):
    nominating = [organisation for organisation in call.organisations if organisation.nominees]
    scarce = replace(call, capacity=len(nominating) // 2)
    sizes = {organisation.code: organisation.size_class for organisation in nominating}
    with_place = [sizes[turn.organisation] for turn in allocate(scarce).places]
    without = [sizes[turn.organisation] for turn in allocate(scarce).waiting if turn.step is Step.FLOOR]
    assert not with_place or not without or max(with_place) <= min(without)


@given(calls())
def test_one_more_place_takes_none_away_from_anybody(call):
    assert placed(call) <= placed(replace(call, capacity=call.capacity + 1))


@given(calls(), st.data())
def test_one_more_name_at_the_end_of_a_list_harms_none_before_it_and_gains_one_place_at_most(call, data):
    nominating = [place for place, organisation in enumerate(call.organisations) if organisation.nominees]
    if not nominating:
        return
    place = data.draw(st.sampled_from(nominating))
    longer = replace(call.organisations[place], nominees=(*call.organisations[place].nominees, "one more"))
    more = replace(call, organisations=(*call.organisations[:place], longer, *call.organisations[place + 1 :]))
    own = set(call.organisations[place].nominees)
    assert placed(call) & own <= placed(more)
    assert placed(more) & own == placed(call) & own
    gained = number_of(more, longer.code) - number_of(call, longer.code)
    assert gained == int("one more" in placed(more))


@given(calls(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(call, chance):
    shuffled = list(call.organisations)
    chance.shuffle(shuffled)
    assert allocate(replace(call, organisations=tuple(shuffled))) == allocate(call)


@given(calls())
def test_a_replay_from_what_was_stored_gives_the_same_result(call):
    if not call.seed:
        return
    again = call_from(json.loads(json.dumps(call_as_json(call))))
    assert again == call
    assert result_as_json(allocate(again)) == result_as_json(allocate(call))


@given(calls())
def test_inside_an_organisation_its_own_order_decides(call):
    result = allocate(call)
    for organisation in call.organisations:
        turns = [turn.id for turn in (*result.places, *result.waiting) if turn.organisation == organisation.code]
        assert turns == list(organisation.nominees)


@given(calls())
def test_every_further_place_goes_to_the_smallest_quotient(call):
    """The divisor method, checked against its definition (Balinski & Young) and not against the code."""
    by_code = {organisation.code: organisation for organisation in call.organisations}
    result = allocate(call)
    granted = dict.fromkeys(by_code, 0)
    for turn in (*result.places, *result.waiting):
        if turn.step is Step.PROPORTION:
            quotients = {
                code: Fraction(2 * granted[code] + 1, 2) / one.weight
                for code, one in by_code.items()
                if granted[code] < len(one.nominees)
            }
            assert quotients[turn.organisation] == min(quotients.values())
        granted[turn.organisation] += 1


def town(code, size_class, number, history=(0, 0)):
    return Nominator(code, size_class, tuple(f"{code}/{place}" for place in range(1, number + 1)), *history)


def test_a_village_with_one_name_and_a_city_with_ten_share_four_places():
    call = Call(4, "seed", (town("132012", 4, 10), town("133086", 1, 1), town("133035", 2, 2)))
    assert [turn.id for turn in allocate(call).places][:3] == ["133086/1", "133035/1", "132012/1"]
    assert allocate(call).places[3].id in {"132012/2", "133035/2"}


def test_who_went_without_before_weighs_more():
    call = Call(3, "seed", (town("133035", 2, 3, (4, 2)), town("132241", 2, 3, (4, 0))))
    assert number_of(call, "133035") == 2
    reason = next(turn.reason for turn in allocate(call).places if turn.step is Step.PROPORTION)
    assert reason == "（これまでの席1+0.5）÷重み1.50=1.00が最も小さいため。"


def test_the_draw_is_known_by_its_digest_and_settles_ties():
    many = tuple(town(f"{place:06}", 2, 2) for place in range(8))
    outcomes = {tuple(turn.id for turn in allocate(Call(9, f"seed {number}", many)).places) for number in range(30)}
    assert len(outcomes) > 10
    assert allocate(Call(9, "seed 1", many)).seed_sha256 == digest("seed 1")
    assert "抽選" in allocate(Call(9, "seed 1", many)).places[8].reason


FILE = {
    "capacity": 2,
    "seed": "a seed",
    "organisations": [
        {"code": "133086", "size_class": 1, "weight_history": [2, 1], "nominees": [11]},
        {"code": "132012", "size_class": 4, "weight_history": [2, 0], "nominees": [21, 22]},
    ],
}


def test_the_command_runs_the_same_rule_on_a_file_without_a_database(tmp_path):
    app = create_app(settings_for("sqlite:////nowhere/at/all.sqlite"))
    file = tmp_path / "call.json"
    file.write_text(json.dumps(FILE), encoding="utf-8")
    answer = app.test_cli_runner().invoke(args=["participation", "allocate", str(file)])
    assert answer.exit_code == 0, answer.output
    printed = json.loads(answer.output)
    assert [turn["id"] for turn in printed["places"]] == [11, 21]
    assert [turn["step"] for turn in printed["places"]] == ["floor", "floor"]
    assert [turn["id"] for turn in printed["waiting"]] == [22]
    assert printed["seed_sha256"] == digest("a seed")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"capacity": -1}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"seed": ""}, "seed"),
        ({"organisations": {}}, "organisations"),
        ({"organisations": [{"code": "1", "size_class": 1, "nominees": "x"}]}, r"organisations\[0\].nominees"),
        ({"organisations": [{"code": "1", "size_class": 1, "nominees": [1, 1]}]}, "every nominee"),
        (
            {"organisations": [{"code": "1", "size_class": 1, "nominees": [], "weight_history": [1, 2]}]},
            "weight_history",
        ),
        ({"organisations": [FILE["organisations"][0], FILE["organisations"][0]]}, "every code"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(wrong, told):
    with pytest.raises(InvalidError, match=told):
        call_from({**FILE, **wrong})
