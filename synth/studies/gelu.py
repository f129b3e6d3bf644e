"""GELU and SiLU in integers: tables, rounded correctly or faithful, and the published polynomial and shifts.

Activations are no products, so that they stand in the table of errors, each with what its hardware comes to.
The multiply-accumulate elements are a yardstick from the same flow.
"""

from fractions import Fraction
from math import erf, exp

import numpy as np

from ...gen.catalog import find_unit
from ...golden.activation import activation
from ...golden.ibert import ibert_gelu_constants, igelu
from ...golden.ivit_exp import GELU_SLOPE, ivit_one, shiftgelu
from ..measure import measure
from ..study import Case, Study

#: Rows of normally distributed numbers; in peaked ones one of each row is PEAK.
ROWS, LENGTH, SEED, PEAK = 64, 256, 1, 12.0
PERIODS = (2500,)
#: Weights of codes of 8 bits, as their reciprocals: up to 4, 8 and 16.
SCALES = (32, 16, 8)
#: Of a code of 8 bits. Gate equivalents of the sketches are of logic alone, in cells of 180 nm.
#: What has none, and is measured too, has 0 for it.
SKETCHES = {("gelu", 32): 110, ("gelu", 16): 94, ("silu", 16): 123, ("silu", 32): 145, ("igelu", 32): 1331}
SKETCHES |= {("shiftgelu", 32): 0}
#: Codes of more bits, with a range of 8: bits and sketches of both methods, of the distance from max(x, 0)
#: alone.
WIDE = {12: {"bipartite": 142, "linear": 246}, 16: {"bipartite": 930, "linear": 738}}

#: Heading of the sketches' column.
SKETCH = "sketch, GE of logic"
#: A flip-flop with an enable: DFF_X1 and MUX2_X1, in gate equivalents.
REGISTER_GE = 8.0

REAL = {
    "gelu": lambda x: x * (1 + erf(x / 2**0.5)) / 2,
    "silu": lambda x: x / (1 + exp(-x)),
}


def data() -> dict[str, np.ndarray]:
    """Return rows (ROWS, LENGTH) of real numbers by name."""
    normal = np.random.default_rng(SEED).normal(0, 1, (ROWS, LENGTH))
    peaked = normal.copy()
    peaked[:, 0] = PEAK
    return {"normal": normal, "peaked": peaked}


def table(function: str, bits: int, steps: int, method: str = "auto") -> tuple:
    """Return a unit's name and Spec, and what it computes of codes, in real numbers."""
    fraction = steps.bit_length() - 1
    grid = {"in_bits": bits, "in_fraction": fraction, "out_bits": bits, "out_fraction": fraction}
    spec = find_unit("activation").spec(lanes=1, function=function, method=method, **grid)
    return "activation", spec, lambda x: spec.golden(x) / steps


def polynomial(steps: int) -> tuple:
    """Return the same of i-GELU of 8 bits, without a shift."""
    constants = ibert_gelu_constants(Fraction(1, steps), shift=0)
    b, c, one = (-value for value in constants)
    spec = find_unit("igelu").spec(lanes=1, b=b, c=c, one=one)
    return (
        "igelu",
        spec,
        lambda x: igelu(x, constants=constants, shift=0, in_bits=8) / (-2 * steps * one),
    )


def shifts(steps: int) -> tuple:
    """Return the same of ShiftGELU of 8 bits, with a memory of as few beats as there can be."""
    one = ivit_one(GELU_SLOPE / steps)
    spec = find_unit("shiftgelu").spec(lanes=1, row_max=1, one=one)
    return "shiftgelu", spec, lambda x: shiftgelu(x, one=one) / (steps << 7)


def rectifier(steps: int) -> tuple:
    """Return the same of max(x, 0), for the errors."""
    grid = {"in_fraction": steps.bit_length() - 1, "out_fraction": steps.bit_length() - 1}
    return None, None, lambda x: activation(x, function="relu", **grid) / steps


def errors() -> list[dict]:
    """Return the errors of every method and scale against the function of the codes, and its hardware."""
    rows = []
    for steps in SCALES:
        group = f"8 bits, 1/{steps}"
        rows += [
            row(group, "gelu, table", "gelu", 8, steps, table("gelu", 8, steps)),
            row(group, "gelu, I-BERT polynomial", "gelu", 8, steps, polynomial(steps)),
            row(group, "gelu, ShiftGELU", "gelu", 8, steps, shifts(steps)),
            row(group, "gelu, max(x, 0)", "gelu", 8, steps, rectifier(steps)),
            row(group, "silu, table", "silu", 8, steps, table("silu", 8, steps)),
        ]
    for bits, sketches in WIDE.items():
        steps = 1 << bits - 4
        for method, sketch in sketches.items():
            made = table("gelu", bits, steps, method)
            rows.append(row(f"{bits} bits, 1/{steps}", f"gelu, {method}", "gelu", bits, steps, made))
            rows[-1][SKETCH] = f"{sketch}"
    return rows


def row(group: str, label: str, function: str, bits: int, steps: int, made: tuple) -> dict:
    """Return a row of the table: errors, and of what there is a unit of, the figures and a sketch's."""
    unit, spec, computed = made
    found = {"group": group, "label": label}
    end = 1 << bits - 1
    for name, real in data().items():
        x = np.clip(np.rint(real * steps), -end, end - 1).astype(np.int64)
        exact = np.vectorize(REAL[function])(x / steps)
        size = np.abs(computed(x) - exact)
        found |= {f"mean, {name}": f"{size.mean():.2g}", f"largest, {name}": f"{size.max():.2g}"}
    key = (function if unit == "activation" else unit, steps)
    if key not in SKETCHES and bits == 8:
        return found | dict.fromkeys((*figures_of(None), SKETCH), "-")
    return found | figures_of((unit, spec)) | {SKETCH: f"{SKETCHES.get(key) or '-'}"}


def figures_of(design: tuple | None) -> dict[str, str]:
    """Return what a unit with one lane comes to on standard cells and on ECP5, by heading."""
    if design is None:
        return dict.fromkeys(("GE", "GE of logic", "um2", "ns", "ECP5 LUT"), "-")
    best = measure(*design, "nangate45", baseline=False, periods=PERIODS)["rows"][0]["best"]
    # A pipelined division takes long to place and route.
    place = design[0] != "shiftgelu"
    lut = measure(*design, "ecp5", baseline=False, seeds=(1,))["rows"][0]["lut"] if place else "-"
    area, registers = best["gate_equivalents"], REGISTER_GE * best["flip_flops"]
    return {
        "GE": f"{area:.0f}",
        "GE of logic": f"{area - registers:.0f}",
        "um2": f"{best['area_um2']:.0f}",
        "ns": f"{best['period_ns']:.2f}",
        "ECP5 LUT": f"{lut}",
    }


STUDY = Study(
    name="gelu",
    title="GELU and SiLU of integers by table, polynomial and shifts: errors and hardware, one lane",
    source="Kim et al., I-BERT, ICML 2021; Li and Gu, I-ViT, ICCV 2023; Islamoglu et al., ITA, ISLPED 2023. "
    "They state no area of a GELU alone; sketches of the same functions in cells of 180 nm stand beside",
    cases=(
        Case(group="yardstick, int8", label="*", unit="operator_pe", fields={"input_reg": True}),
        Case(group="yardstick, int8", label="mac_pe", unit="mac_pe", fields={"input_reg": True}),
    ),
    baselines=("*",),
    published=(),
    periods=PERIODS,
    errors=errors,
)
