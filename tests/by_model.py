"""State machines acted at random: the same seeds on every run, more of them while chance has not met all it must."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

ROUNDS = 6


def act(
    machine: type[RuleBasedStateMachine],
    acts: Collection[str],
    met: AbstractSet[str],
    examples: int,
    steps: int,
    *,
    rare: int = 0,
) -> None:
    """Run examples of so many steps each; `acts` is filled by the machine and must in the end hold all of `met`, but
    for so many that are rare."""
    for turn in range(ROUNDS):
        # A seed is taken from the class, so each round needs one of its own.
        one = seed(turn)(type(f"{machine.__name__}{turn}", (machine,), {}))
        run_state_machine_as_test(
            one,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        if len(met - set(acts)) <= rare:
            return
    raise AssertionError(f"chance never met {sorted(met - set(acts))} in {ROUNDS} rounds")
