"""Streaming attention: memory by the longest row, cycles by the row that comes, errors by the logits.

The RTL runs on blocks of one query; cycles are those of a block among others.
"""

import numpy as np

from ...gen.catalog import find_unit
from ...gen.verilog import make_verilog
from ...golden.attention import attention
from ...golden.integer import int_range
from ...golden.requant import dyadic
from ...hdl.attention.attention_spec import AttentionSpec
from ...tb.rtl import Rtl
from ...tb.units.attention import transaction
from ..study import Case, Study

LENGTHS = (64, 256, 1024, 4096)
HEAD = {"dim": 16, "lanes": 16}
#: Standard deviations of the logits, in nats.
SPREADS = (1, 2, 4)
#: Widths of exponentials whose errors are compared, in steps of v.
EXP_BITS = (8, 12)
QUERIES, SIGMA, SEED = 16, 32, 1
#: Blocks before the first that is timed, and blocks that are.
BEFORE, TIMED = 3, 8


def _cases():
    head = {"group": "16 lanes, one query", "unit": "attention"}
    for length in LENGTHS:
        yield Case(**head, label=f"up to {length} keys", fields=HEAD | {"length_max": length})
    yield Case(**head, label="up to 1024 keys, Verilog's *", fields=HEAD | {"length_max": 1024}, plain=True)
    shared = {"group": "up to 1024 keys", "unit": "attention"}
    yield Case(**shared, label="16 elements", fields=HEAD | {"length_max": 1024})
    yield Case(**shared, label="64 elements, 4 beats", fields={"dim": 64, "lanes": 16, "length_max": 1024})
    four = HEAD | {"queries": 4, "length_max": 1024}
    yield Case(**shared, label="16 elements, 4 queries", fields=four)


def drawn(spec: AttentionSpec, queries: int, keys: int, rng: np.random.Generator):
    """Return q, k and v: queries and keys normal with SIGMA, values anything."""
    low, high = int_range(spec.bits, True)
    q, k = (
        np.clip(np.rint(rng.normal(0, SIGMA, (n, spec.dim))), low, high).astype(np.int64)
        for n in (queries, keys)
    )
    return q, k, rng.integers(low, high + 1, (keys, spec.dim))


def scale_of(spec: AttentionSpec, spread: float) -> tuple[float, dict[str, int]]:
    """Return what makes logits, in nats, of products of a query with a key; and the scales of the unit.

    spread: the standard deviation of the logits. Results are in steps of the values.
    """
    to_nats = spread / (SIGMA**2 * np.sqrt(spec.dim))
    widths = {"mult_bits": spec.mult_bits, "shift_bits": spec.shift_bits}
    mult, shift = dyadic(to_nats * np.log2(np.e) * 2**spec.fraction_bits, **widths)
    one, down = dyadic(1, **widths)
    return to_nats, {"mult": int(mult), "shift": int(shift), "out_mult": int(one), "out_shift": int(down)}


def block_cycles(spec: AttentionSpec, rtl: Rtl, keys: int, rng: np.random.Generator) -> float:
    """Return the cycles of a block of queries with `keys` keys, blocks before and behind it."""
    _, scale = scale_of(spec, 1)
    blocks = [
        transaction(spec, *drawn(spec, spec.queries, keys, rng), scale, position=0)
        for _ in range(BEFORE + TIMED)
    ]

    def cycles(count: int) -> int:
        fields = {
            name: {f: np.concatenate([b.inputs[name][f] for b in blocks[:count]]) for f in beats}
            for name, beats in blocks[0].inputs.items()
        }
        wanted = {"y": count * len(blocks[0].outputs["y"]["last"])}
        rtl.reset()
        return rtl.stream(fields, wanted)[1]

    return (cycles(BEFORE + TIMED) - cycles(BEFORE)) / TIMED


def errors() -> list[dict]:
    """Return for rows of every length the cycles of the RTL, and errors against the real function."""
    spec = AttentionSpec(**HEAD)
    rtl = Rtl(make_verilog(find_unit("attention"), spec))
    rng = np.random.default_rng(SEED)
    rows = []
    for keys in LENGTHS:
        cycles = block_cycles(spec, rtl, keys, rng)
        q, k, v = drawn(spec, QUERIES, keys, rng)
        for spread in SPREADS:
            to_nats, scale = scale_of(spec, spread)
            logits = q @ k.T * to_nats
            p = np.exp(logits - logits.max(axis=1, keepdims=True))
            real = p / p.sum(axis=1, keepdims=True) @ v
            row = {
                "group": f"{keys} keys",
                "label": f"logits of sigma {spread}",
                "cycles of a block": f"{cycles:.1f}",
                "cycles with a score": f"{keys * spec.beats / cycles:.1%}",
            }
            for exp_bits in EXP_BITS:
                widths = {"exp_bits": exp_bits, "total_bits": exp_bits + 12, "score_bits": spec.score_bits}
                wrong = np.abs(attention(q, k, v, **scale, **widths) - real)
                row |= {
                    f"mean error, exp_bits={exp_bits}": f"{wrong.mean():.2f}",
                    f"largest, exp_bits={exp_bits}": f"{wrong.max():.1f}",
                }
            rows.append(row)
    return rows


STUDY = Study(
    name="attention",
    title="Streaming attention, int8: memory does not grow with the sequence",
    source="",
    cases=tuple(_cases()),
    baselines=("up to 64 keys", "16 elements"),
    published=(),
    periods=(1500,),
    k=1024,
    errors=errors,
)
