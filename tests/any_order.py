"""Acts in any order: a state machine is run on a ground."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test


def run(machine, ground, **size):
    """Try acts at random; a failing series is printed as it is, for to shorten it takes minutes."""
    machine.ground = ground
    usual = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
    run_state_machine_as_test(machine, settings=settings(usual, **size))
