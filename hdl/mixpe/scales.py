"""The scales of the group whose rows come: taken from `s`, coded, and held for each column.

A lane looks at the zero point of its column with a row's sum, at the multiplier a cycle later and at the
shift after another. Where columns are skewed nothing has to be delayed for that: a beat of `s` waits on its
stream while a token walks along the columns, and each register takes its part from the beat when its lane
has done with the part of the group before.

    token     0      1      2      ...    cols + 1
    loads    zero_0  zero_1  zero_2
                     mult_0  mult_1                    and then the beat has been taken
                             shift_0

Where the columns work in step, all parts are taken at once, and multiplier and shift are delayed.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ..arith.coded import Coder, CoderSpec
from ..array.skew import delayed
from ..share import share
from .float_scale import factor_and_shift


def held_scales(m: Module, platform, array, en, bottom, loaded: Signal) -> list[dict[str, Value]]:
    """Return the parts of each column's scale; `loaded` says whether those of the rows that come are there.

    en: the lanes move; bottom: they take the bottom row of a group from column 0. `array.scale_parts` says
    what the parts are, and `spec.scale_stages` how many enabled cycles after the sum a lane looks at each; a
    part `bad` raises `bad_scale`.
    """
    spec = array.spec
    take, free = Signal(name="scales_taken"), Signal(name="scales_free")
    m.d.comb += free.eq(~loaded | bottom)
    m.d.sync += loaded.eq(take | (loaded & ~bottom))
    if spec.columns_skewed:
        token = _walk(m, array, en, take, free)
    else:
        m.d.comb += [array.s.ready.eq(free), take.eq(array.s.valid & free)]
    columns = [array.scale_parts(m, platform, j) for j in range(spec.cols)]
    if "bad" in columns[0]:
        bad = Signal(spec.cols, name="bad_scales")
        m.d.comb += bad.eq(Cat(parts.pop("bad") for parts in columns))
        with m.If(take & bad.any()):
            m.d.sync += array.bad_scale.eq(1)
    stages = spec.scale_stages
    scales = []
    for j, parts in enumerate(columns):
        held = {}
        for name, value in parts.items():
            held[name] = Signal(len(value), name=f"{name}_{j}", reset_less=True)
            with m.If(token[j + stages[name]] if spec.columns_skewed else take):
                m.d.sync += held[name].eq(value)
            if not spec.columns_skewed:
                held[name] = delayed(m, platform, en, held[name], stages[name], f"{name}_delay_{j}")
        scales.append(held)
    return scales


def _walk(m: Module, array, en, take, free) -> list[Value]:
    """Return the token that walks along the columns, a place per enabled cycle, as the loads it allows."""
    last = array.spec.gap_of_scales - 1
    walk = Signal(last, name="scale_walk")
    busy = Signal(name="scale_busy")
    m.d.comb += [take.eq(array.s.valid & free & ~busy), array.s.ready.eq(walk[-1] & en)]
    # The first step is taken whether the lanes move or not: they may be waiting for this scale.
    m.d.sync += [walk[0].eq(take | (walk[0] & ~en)), busy.eq(take | (busy & ~array.s.ready))]
    with m.If(en):
        m.d.sync += walk[1:].eq(walk)
    return [take, *(walk & en.replicate(last))]


def integer_parts(m: Module, platform, array, j: int) -> dict[str, Value]:
    """Return the parts of the scale that `s` offers for column `j`, coded as an integer lane takes them."""
    spec = array.spec
    given = {name: getattr(array.s.payload, name)[j] for name in spec.scale_fields}
    parts = {}
    if spec.scale == "dyadic":
        factor, shift = given["mult"], given["shift"]
    else:
        factor, shift, parts["bad"] = factor_and_shift(m, given["scale"], spec, f"scale_{j}")
    if spec.scaler.recodes_factor:
        factor = _coded(m, platform, factor, False, f"coder_{j}")
    if spec.zero_point:
        # As the weights: recentred, which inverts the top bit.
        zero = given["zero"] ^ Const(1 << (spec.b_bits - 1), spec.b_bits)
        parts["zero"] = _coded(m, platform, zero, True, f"zero_coder_{j}")
    return parts | {"factor": factor, "shift": shift}


def _coded(m: Module, platform, value: Value, signed: bool, name: str) -> Value:
    coder = Coder(CoderSpec(bits=len(value), signed=signed))
    share(m, platform, coder, name)
    m.d.comb += coder.a.eq(value)
    return coder.word
