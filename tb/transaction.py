"""What a unit's bench hands to the generic harness: scenarios made of transactions."""

import dataclasses

import numpy as np

#: Beats of one stream: field name to integers, (beats, lanes) for data and (beats,) for flags.
Beats = dict[str, np.ndarray]


class BenchFailure(AssertionError):
    """The hardware did something that its contract does not allow."""


@dataclasses.dataclass(frozen=True)
class Transaction:
    """One result's worth of input beats, and the output beats that must come of it.

    cycles: the promised time between accepting the last beat of the transaction before and the last beat
    of this one, when nothing stalls; None if that depends on the data. beats_after: by stream how
    many of its beats come after the one that the first output beat waits for; 0 where it is not named, None
    for a stream that may be taken later without anything waiting for it. latency: by output stream the cycles
    from then to its first beat, where they are not those of the Spec; None where they are not promised.
    """

    name: str
    inputs: dict[str, Beats]
    outputs: dict[str, Beats]
    cycles: int | None = None
    beats_after: dict[str, int | None] = dataclasses.field(default_factory=dict)
    latency: dict[str, int | None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Transactions that run back to back after a reset, under one pattern of stalls.

    stalls: for each stream the share of cycles in which the bench holds it back; streams not named run
    freely. patient: output streams are ready only in answer to valid, so that a unit that waits for ready
    deadlocks and is caught. abort: cycles after which reset is applied in mid-flight; what had come out by
    then must be right, and the scenario then starts again from its first transaction.
    status: values that further output ports must have in the end.
    """

    name: str
    transactions: list[Transaction]
    stalls: dict[str, float] = dataclasses.field(default_factory=dict)
    patient: bool = False
    abort: int | None = None
    status: dict[str, int] = dataclasses.field(default_factory=dict)

    @property
    def free_running(self) -> bool:
        """Whether nothing holds the unit back, so that its timing can be measured."""
        return not self.stalls and not self.patient and self.abort is None
