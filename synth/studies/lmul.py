"""Multiplication by addition: elements that differ only in how they multiply, of one width, at one clock.

Errors are those of single products over all pairs of mantissas, and of dot products of bf16 codes, both in
the golden models.
"""

import numpy as np

from ...golden.float_code import from_float64, to_float64
from ...golden.float_format import FloatFormat, find_format
from ...golden.lmul import KINDS, lmul_formula, lmul_integer, pam
from ...golden.wide_fma import MULTIPLIERS, FmaAccumulatorFormat, wide_dot
from ..study import Case, Published, Study
from .approx_norm import workloads

BASELINE = "exact"
#: Format, width of the accumulator, clock and delay targets of each group of elements. An accumulator of 26
#: bits is what exact products of fp16 get.
ELEMENTS = (
    ("bf16", 20, 2000, (1500, 1700)),
    ("fp16", 26, 2400, (1700, 2000)),
    ("e4m3fn", 20, 2000, (1500, 1700)),
    ("e5m2", 20, 2000, (1500, 1700)),
)
ARRAY = {"rows": 4, "cols": 4}
ARRAY_CLOCK, ARRAY_TARGETS = 2000, (1500,)
IN_ARRAY = (BASELINE, "lmul_integer", "pam")
#: The same in LUTs, which published figures of hardware are in.
ON_FPGA = (BASELINE, "lmul_integer")
WIDEST_MANTISSA = 10
#: Published mean absolute errors of L-Mul by mantissa bits: Table IV of the FPGA multiplier.
PUBLISHED_ERRORS = {1: 0.319, 2: 0.111, 3: 0.068, 4: 0.069, 5: 0.072, 6: 0.073}
ACC_BITS = 24


def _cases():
    for fmt, bits, clock, targets in ELEMENTS:
        group = f"{fmt} element, {bits} bits, {clock / 1000:g} ns"
        for kind in MULTIPLIERS:
            yield Case(
                group=group,
                label=kind,
                unit="wide_fma_pe",
                fields={"a_format": fmt, "acc_bits": bits, "multiplier": kind},
                periods=targets,
                clock_ps=clock,
            )
    for kind in IN_ARRAY:
        yield Case(
            group=f"4x4 bf16 array, 20 bits, {ARRAY_CLOCK / 1000:g} ns",
            label=kind,
            unit="fma_array",
            fields=ARRAY | {"multiplier": kind},
            periods=ARRAY_TARGETS,
            clock_ps=ARRAY_CLOCK,
        )


def product_errors(mantissa_bits: int) -> dict[str, np.ndarray]:
    """Return the relative errors of every kind, over all pairs of mantissas of numbers from 1 to 2."""
    fmt, wide = find_format(f"e8m{mantissa_bits}"), find_format("fp32")
    ones = np.arange(1 << mantissa_bits) + (fmt.bias << mantissa_bits)
    a, b = ones[:, None], ones[None]
    exact = to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt)
    values = {
        # The formula has more mantissa bits than its operands.
        "lmul_formula": to_float64(lmul_formula(a, b, fmt=fmt, out_format=wide), fmt=wide),
        "lmul_integer": to_float64(lmul_integer(a, b, fmt=fmt), fmt=fmt),
        "pam": to_float64(pam(a, b, fmt=fmt), fmt=fmt),
    }
    return {kind: values[kind] / exact - 1 for kind in KINDS}


def dot_errors(a: np.ndarray, b: np.ndarray, kind: str, fmt: FloatFormat) -> np.ndarray:
    """Return the errors of dot products of codes, over the norm of their exact products."""
    acc = FmaAccumulatorFormat(a_format=fmt, b_format=fmt, acc_bits=ACC_BITS, multiplier=kind)
    products = to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt)
    total = wide_dot(a, b, acc=acc)
    value = np.ldexp(total.significand.astype(float), (total.exponent + acc.unit).astype(int))
    return (value - products.sum(axis=-1)) / np.sqrt((products**2).sum(axis=-1))


def errors() -> list[dict]:
    """Return mean, mean absolute and largest absolute error of products by width, and of dot products."""

    def row(group: str, label: str, found: np.ndarray, published: str) -> dict:
        size = np.abs(found)
        figures = {"mean": found.mean(), "mean absolute": size.mean(), "largest": size.max()}
        return {"group": group, "label": label, **{k: f"{v:.4f}" for k, v in figures.items()}} | {
            "published mean absolute": published
        }

    rows = []
    for m in range(1, WIDEST_MANTISSA + 1):
        for kind, found in product_errors(m).items():
            # The source calls L-Mul what may be either.
            said = f"{PUBLISHED_ERRORS[m]}" if m in PUBLISHED_ERRORS and kind != "pam" else "-"
            rows.append(row(f"products, {m} mantissa bits", kind, found, said))
    fmt = find_format("bf16")
    loads = workloads()
    for name in ("random", "transformer"):
        a, b = (from_float64(x, fmt=fmt) for x in loads[name])
        for kind in MULTIPLIERS:
            found = dot_errors(a, b, kind, fmt)
            rows.append(row(f"{name} dot products, bf16", kind, found, "-"))
    return rows


STUDY = Study(
    name="lmul",
    title="Multiplication by addition: L-Mul in both meanings and PAM, against exact products",
    source="Luo and Sun, Addition is All You Need for Energy-efficient Language Models, 2024: estimated "
    "energy -95 % for products, -80 % for dot products; arXiv 2412.18948: an e4m3 multiplier in 22 LUTs, its "
    "vendor's for int8 in 69, and errors. Their figures are of multipliers alone, here accumulators are "
    "inside",
    cases=tuple(_cases()),
    baselines=(BASELINE,),
    published=tuple(
        Published(group=group, what=what, value=value)
        for group in dict.fromkeys(case.group for case in _cases())
        for what, value in (("energy", "5 (-80 %)"), ("area", "3.1 (LUTs)"))
        if what == "energy" or group.startswith("e4m3fn")
    ),
    periods=(1500, 1700),
    sigma=1,
    fpga=tuple(
        Case(
            group="e4m3fn element, 20 bits",
            label=kind,
            unit="wide_fma_pe",
            fields={"a_format": "e4m3fn", "multiplier": kind},
        )
        for kind in ON_FPGA
    ),
    errors=errors,
)
