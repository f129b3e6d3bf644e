"""Counts transitions in a mapped netlist: 64 runs at a time, one in every bit of a machine word.

Time moves in steps of STEP_PS. A gate changes its output when its inputs have asked for the new value
during the whole of its delay, so glitches are counted, except those shorter than the gate they would pass.
Equal cells are evaluated by one NumPy expression.
"""

import dataclasses

import numpy as np

from ..golden.errors import UsageError
from .gatenet import GateNetlist, Group

LANES = 64
STEP_PS = 10
#: Longest delay of a gate that is told apart, in steps.
MAX_STEPS = 32


@dataclasses.dataclass
class Activity:
    """Per net and cycle, averaged over the lanes: transitions, and the share of cycles that end at 1."""

    transitions: np.ndarray
    duty: np.ndarray


def simulate(
    netlist: GateNetlist,
    inputs: dict[str, np.ndarray],
    warm_up: int,
    delays_ps: dict[int, float],
) -> tuple[Activity, dict[str, np.ndarray]]:
    """Run a netlist from an all-zero state and return its activity and all its ports.

    inputs: by port, uint64 of shape (cycles, width); bit n of a word belongs to run n. The first `warm_up`
    cycles are not counted and not timed. delays_ps: delay of the gate or register that drives a net.
    The ports that are returned have the same form as `inputs` and show the end of each cycle.
    Raises UsageError if the netlist has a combinational loop or a cell that cannot be simulated.
    """
    if netlist.refusal:
        raise UsageError(netlist.refusal)
    values = np.zeros(netlist.size, np.uint64)
    values[1] = ~np.uint64(0)
    timed = TimedGates(netlist.gates, delays_ps)
    levels = by_level(netlist)
    flops = [(group.compiled(), group) for group in netlist.flops]
    late = {net: steps(delays_ps, net) for group in netlist.flops for net in group.outputs.tolist()}
    cycles = len(next(iter(inputs.values())))
    shown = {name: np.zeros((cycles, len(nets)), np.uint64) for name, nets in netlist.ports.items()}
    transitions, ones = np.zeros(netlist.size, np.int64), np.zeros(netlist.size, np.int64)
    for cycle in range(cycles):
        edge: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
        for function, group in flops:
            words = np.broadcast_to(_apply(function, group, values), group.outputs.shape)
            when = np.array([late[net] for net in group.outputs.tolist()])
            for step in np.unique(when):
                edge.setdefault(int(step), []).append((group.outputs[when == step], words[when == step]))
        for name, words in inputs.items():
            if name in netlist.ports:
                edge.setdefault(0, []).append((np.array(netlist.ports[name]), words[cycle]))
        if cycle < warm_up:
            for events in edge.values():
                for nets, words in events:
                    values[nets] = words
            for function, group in levels:
                values[group.outputs] = _apply(function, group, values)
        else:
            timed.settle(values, edge, transitions)
            ones += popcount(values)
        for name, nets in netlist.ports.items():
            shown[name][cycle] = values[nets]
    counted = max(cycles - warm_up, 1) * LANES
    return Activity(transitions / counted, ones / counted), shown


class TimedGates:
    """All gates, those with the longest delay first, and what they have asked for lately."""

    def __init__(self, groups: list[Group], delays_ps: dict[int, float]):
        nets = np.concatenate([group.outputs for group in groups]) if groups else np.zeros(0, int)
        delay = np.array([steps(delays_ps, net) for net in nets.tolist()], int)
        order = np.argsort(-delay, kind="stable")
        place = np.empty(len(nets), int)
        place[order] = np.arange(len(nets))
        self.nets = nets[order]
        self.depth = int(delay.max(initial=1))
        #: How many gates, from the first, have a delay of more than k steps.
        self.longer = [int((delay > k).sum()) for k in range(self.depth)]
        ends = np.cumsum([len(group.outputs) for group in groups])
        starts = [0, *ends[:-1]]
        self.groups = [
            (group.compiled(), group, place[start:end])
            for group, start, end in zip(groups, starts, ends, strict=False)
        ]

    def settle(self, values: np.ndarray, edge: dict, transitions: np.ndarray) -> None:
        """Bring `values` to rest after the changes in `edge`, by step, and count every transition."""
        asked = np.tile(values[self.nets], (self.depth, 1))
        last_event = max(edge, default=0)
        for step in range(100_000):
            for nets, words in edge.get(step, ()):
                transitions[nets] += popcount(values[nets] ^ words)
                values[nets] = words
            now = asked[step % self.depth]
            for function, group, place in self.groups:
                now[place] = _apply(function, group, values)
            old = values[self.nets]
            if step >= last_event and np.array_equal(now, old):
                return
            every, some = now.copy(), now.copy()
            for k in range(1, self.depth):
                n = self.longer[k]
                every[:n] &= asked[(step - k) % self.depth, :n]
                some[:n] |= asked[(step - k) % self.depth, :n]
            new = (old & some) | every
            transitions[self.nets] += popcount(new ^ old)
            values[self.nets] = new
        raise UsageError("the netlist does not come to rest: it has a combinational loop")


def steps(delays_ps: dict[int, float], net: int) -> int:
    """Return the delay of what drives a net in whole steps, at least one."""
    return min(max(round(delays_ps.get(net, STEP_PS) / STEP_PS), 1), MAX_STEPS)


def by_level(netlist: GateNetlist) -> list:
    """Return (function, group) so that every gate comes after the gates that it reads."""
    level = np.zeros(netlist.size, int)
    gates = netlist.gates
    for _ in range(netlist.size + 1):
        before = level.copy()
        for group in gates:
            reads = [level[nets] for nets in group.inputs.values()]
            level[group.outputs] = np.max(reads, axis=0) + 1 if reads else 1
        if np.array_equal(before, level):
            break
    else:
        raise UsageError("the netlist has a combinational loop")
    ordered = []
    for depth in range(1, int(level.max(initial=0)) + 1):
        for group in gates:
            here = level[group.outputs] == depth
            if here.any():
                part = Group(
                    group.function, {p: n[here] for p, n in group.inputs.items()}, group.outputs[here]
                )
                ordered.append((part.compiled(), part))
    return ordered


def popcount(words: np.ndarray) -> np.ndarray:
    """Return the number of ones in every 64-bit word."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words).astype(np.int64)
    return np.unpackbits(words.view(np.uint8).reshape(len(words), 8), axis=1).sum(axis=1, dtype=np.int64)


def _apply(function, group: Group, values: np.ndarray):
    return function(*(values[nets] for nets in group.inputs.values()))
