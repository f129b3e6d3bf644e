"""Random stimulus for any unit, by its ports alone: what the power measurement drives."""

import numpy as np

from ..gen.ports import Port
from ..golden.integer import wrap
from ..hdl.spec import Spec
from .compiled import a_words

#: Products per sum where the unit leaves it open; arrays take at least their number of rows.
K = 16


def stimulus(ports: list[Port], spec: Spec, cycles: int, seed: int) -> dict[str, np.ndarray]:
    """Return the values of every input port but the clock, as bool of shape (cycles, width), low bit first.

    Operands are uniform over their full range. Streams into the unit are always valid and those out of it
    always ready, with `last` every max(K, rows) beats; elements have `en` = 1 and `first` every K cycles.
    `rst` is high in the first two cycles.
    """
    rng = np.random.default_rng(seed)
    cycle = np.arange(cycles)
    running = cycle >= 2
    beat = cycle - 2
    k = max(K, getattr(spec, "rows", 1))
    one_bit = {"en": np.ones(cycles, bool), "first": cycle % K == 0}
    values = {"rst": ~running[:, None]}
    for port in ports:
        if port.direction != "input":
            continue
        if port.name.endswith("_tvalid"):
            bits = running
        elif port.name.endswith("_tready"):
            bits = np.ones(cycles, bool)
        elif port.name.endswith("_tlast"):
            bits = running & (beat % k == k - 1)
        elif port.name in one_bit and port.width == 1:
            bits = one_bit[port.name]
        elif port.name == "a" and getattr(spec, "recoding", "own") != "own":
            bits = coded_operands(port, spec, cycles, rng)
        else:
            bits = rng.integers(0, 2, (cycles, port.width)).astype(bool)
        values[port.name] = bits.reshape(cycles, -1)
    return values


def coded_operands(port: Port, spec: Spec, cycles: int, rng: np.random.Generator) -> np.ndarray:
    """Return the bits of coded words of uniform operands of A, the same operands as without recoding."""
    bits = rng.integers(0, 2, (cycles, port.lanes * spec.a_bits)).reshape(cycles, port.lanes, spec.a_bits)
    operands = wrap(bits @ (1 << np.arange(spec.a_bits)), spec.a_bits, spec.a_signed)
    words = a_words(spec, operands)
    return (words[..., None] >> np.arange(port.lane_width) & 1).astype(bool)
