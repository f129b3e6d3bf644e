"""Random stimulus for any unit, by its ports alone: what the power measurement drives."""

import numpy as np

from ..gen.ports import Port
from ..golden.float_code import from_float64
from ..golden.integer import int_range, wrap
from ..hdl.spec import Spec
from .compiled import a_is_recoded, a_words, b_words
from .pack import to_bits
from .rtl import Rtl

#: Products per sum where the unit leaves it open; arrays take at least their number of rows.
K = 16
#: Runs over which longer sums are spread, so that they begin and end everywhere in them.
RUNS = 64


def stimulus(
    ports: list[Port],
    spec: Spec,
    cycles: int,
    seed: int,
    sigma: float | None = None,
    k: int | None = None,
) -> dict[str, np.ndarray]:
    """Return the values of every input port but the clock, as bool of shape (cycles, width), low bit first.

    Operands are uniform over their full range, or normally distributed (`normal_integers`) with `sigma`.
    Streams into the unit are always valid and those out of it always ready, with `last` every K beats; a
    matrix engine's tiles have K steps, or `rows` if that is more, and `top` marks the last beat of a step;
    elements have `en` = 1 and `first` every K cycles. `rst` is high in the first two cycles. k: steps of a
    matrix engine's tiles, if others; of a beat per step, and run `seed` of RUNS then begins with step
    seed * k / RUNS. Scales change group by group.
    """
    rng = np.random.default_rng(seed)
    cycle = np.arange(cycles)
    running = cycle >= 2
    beat = cycle - 2
    begun = seed * k // RUNS if k else 0
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
            beats = k or tile_beats(spec, port.name.removesuffix("_tlast")[-1])
            bits = running & ((beat + begun) % beats == beats - 1)
        elif port.name.endswith("_ttop"):
            bits = running & (beat % spec.beats_per_step == spec.beats_per_step - 1)
        elif port.name in one_bit and port.width == 1:
            bits = one_bit[port.name]
        else:
            bits = operands(port, spec, cycles, rng, sigma)
            if hasattr(spec, "scale_fields") and port.name.startswith("s_axis_s_"):
                # Scales wait on their stream for the group that they belong to.
                bits = bits[np.maximum(beat + begun, 0) // spec.group % cycles]
        values[port.name] = bits.reshape(cycles, -1)
    return values


def handshaken(
    rtl: Rtl, spec: Spec, cycles: int, seed: int, sigma: float | None = None, k: int | None = None
) -> dict[str, np.ndarray]:
    """Return the stimulus with every beat held until the unit takes it, as a stream's rules ask.

    rtl: the unit, compiled. What `stimulus` drives in cycle k is here beat k of its stream. A unit that takes
    a beat every cycle gets the same from both.
    """
    ports = rtl.verilog.ports
    beats = stimulus(ports, spec, cycles, seed, sigma, k)
    streams = {
        prefix: [name for name in beats if name.startswith(prefix)]
        for prefix in (f"s_axis_{name}_t" for name, into in rtl.verilog.streams.items() if into)
    }
    by_name = {port.name: port for port in ports}
    driven = {name: bits.copy() for name, bits in beats.items()}
    position = dict.fromkeys(streams, 2)
    rtl.reset()
    for cycle in range(2, cycles):
        for prefix, names in streams.items():
            for name in names:
                driven[name][cycle] = beats[name][position[prefix]]
        shown = rtl.clock({n: _as_lanes(driven[n][cycle], by_name[n]) for n in driven if n != "rst"})
        for prefix in streams:
            position[prefix] += int(shown[f"{prefix}ready"][0])
    return driven


def _as_lanes(bits: np.ndarray, port: Port) -> np.ndarray:
    """Return a port's bits in one cycle as its lanes of integers."""
    lanes = bits.reshape(1, port.lanes, -1) @ (1 << np.arange(port.lane_width))
    return lanes if port.lanes > 1 else lanes[:, 0]


def operands(
    port: Port, spec: Spec, cycles: int, rng: np.random.Generator, sigma: float | None
) -> np.ndarray:
    """Return the bits of random operands on a port; where A or B comes recoded, of their coded words.

    Floats of a Spec with `float_operands` are normally distributed with a standard deviation of `sigma`.
    """
    formats = getattr(spec, "float_operands", {})
    fmt = formats.get(port.name.removeprefix("s_axis_").removesuffix("_tdata"))
    if fmt and sigma is not None:
        numbers = rng.normal(0, sigma, (cycles, port.lanes))
        return to_bits(from_float64(numbers, fmt=fmt), port.lane_width).astype(bool)
    words, width, signed = None, port.lane_width, port.signed
    if port.name == "a" and a_is_recoded(spec):
        words, width, signed = a_words, spec.a_bits, spec.a_signed
    if port.name == "b" and getattr(spec, "digit_limit", None):
        words, width, signed = b_words, spec.b_bits, True
    if sigma is None:
        bits = rng.integers(0, 2, (cycles, port.lanes * width)).astype(bool)
        if not words:
            return bits
        values = wrap(bits.reshape(cycles, port.lanes, width) @ (1 << np.arange(width)), width, signed)
    else:
        values = normal_integers(rng, (cycles, port.lanes), width, signed, sigma)
    return to_bits(words(spec, values) if words else values, port.lane_width).astype(bool)


def normal_integers(
    rng: np.random.Generator, shape: tuple[int, ...], bits: int, signed: bool, sigma: float
) -> np.ndarray:
    """Return integers of `bits` bits, normal around 0 with `sigma` * 2 ** (bits - 8), rounded and clipped.

    Unsigned ones are the absolute values of such numbers.
    """
    drawn = np.rint(rng.normal(0, sigma * 2.0 ** (bits - 8), shape)).astype(np.int64)
    return np.clip(drawn if signed else np.abs(drawn), *int_range(bits, signed))


def tile_beats(spec: Spec, stream: str) -> int:
    """Return how many beats of a stream come up to `last`."""
    if not hasattr(spec, "tile_beats"):
        return K
    return spec.tile_beats(stream, spec.k_step * max(K, spec.rows))
