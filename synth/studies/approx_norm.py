"""Approximate normalisation: elements that differ in nothing else, of one width and at one clock.

Errors are those of dot products of bf16 codes in the golden model, over the norm of the products' vectors.
"""

import numpy as np

from ...golden.float_accumulate import acc_to_code
from ...golden.float_code import from_float64, to_float64
from ...golden.float_format import find_format
from ...golden.wide_fma import FmaAccumulatorFormat, wide_dot
from ...hdl.float.wide_fma_pe import WideFmaPeSpec
from ..study import Case, Published, Study

BASELINE = "exact"
#: What is not the default, by label.
RULES = {BASELINE: {}} | {
    f"an-{k}-{size}": {"normalise": "an", "an_k": k, "an_lambda": size}
    for k, size in ((1, 1), (1, 2), (2, 2), (3, 3))
}
RULES["none"] = {"normalise": "none"}
WIDTHS = (20, 24)
#: The rules where only the influence of width and clock is asked for.
FEW = (BASELINE, "an-1-2", "none")
#: Delay targets, by the clock that is to be kept: one that the exact element just keeps, and one with room.
TARGETS = {1700: (1300, 1450, 1550), 2000: (1550, 1700, 2000)}
#: Width, clock and rules of each group of elements.
ELEMENTS = ((20, 1700, tuple(RULES)), (20, 2000, tuple(RULES)), (24, 1700, tuple(RULES)), (24, 2000, FEW))
ARRAY = {"rows": 16, "cols": 16}
ARRAY_CLOCK, ARRAY_TARGETS = 2300, (1500,)
#: Two only for what the others are measured against: 256 elements take 12 minutes to map.
BASELINE_TARGETS = (1500, 1800)
SUMS, K, SEED = 2000, 768, 1


def _cases():
    for bits, clock, rules in ELEMENTS:
        group = f"element, {bits} bits, {clock / 1000:g} ns"
        shared = {"unit": "wide_fma_pe", "periods": TARGETS[clock], "clock_ps": clock}
        for label in rules:
            yield Case(group=group, label=label, fields=RULES[label] | {"acc_bits": bits}, **shared)
    group = f"16x16 array, 20 bits, {ARRAY_CLOCK / 1000:g} ns"
    for label, fields in RULES.items():
        periods = BASELINE_TARGETS if label == BASELINE else ARRAY_TARGETS
        shared = {"unit": "fma_array", "periods": periods, "clock_ps": ARRAY_CLOCK}
        yield Case(group=group, label=label, fields=ARRAY | fields, **shared)


def workloads() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the operands of SUMS dot products by name, as float64 (SUMS, K).

    random: normal. transformer: activations of which one channel in a hundred is 30 times as large as the
    others, and weights of 0.02. cancelling: a product of 1024 that comes first and is taken back when half of
    the others are added.
    """
    rng = np.random.default_rng(SEED)

    def normal(sigma: float) -> np.ndarray:
        return rng.normal(0, sigma, (SUMS, K))

    found = {"random": (normal(1), normal(1)), "transformer": (normal(1), normal(0.02))}
    found["transformer"][0][:, rng.permutation(K)[: K // 100]] *= 30
    a, b = normal(1), normal(1)
    a[:, 0], a[:, K // 2], b[:, [0, K // 2]] = 1024, -1024, 1
    return found | {"cancelling": (a, b)}


def errors() -> list[dict]:
    """Return the errors of every rule at every width: root mean square, and results that differ in bf16."""
    fmt = find_format("bf16")
    rows = []
    loads = {
        name: tuple(from_float64(x, fmt=fmt) for x in operands) for name, operands in workloads().items()
    }
    for bits in WIDTHS:
        for label, fields in RULES.items():
            groups = WideFmaPeSpec(**fields).groups
            acc = FmaAccumulatorFormat(a_format=fmt, b_format=fmt, acc_bits=bits, groups=groups)
            row = {"group": f"{bits} bits", "label": label}
            for name, (a, b) in loads.items():
                products = to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt)
                total = wide_dot(a, b, acc=acc)
                value = np.ldexp(total.significand.astype(float), (total.exponent + acc.unit).astype(int))
                exact = products.sum(axis=-1)
                size = np.sqrt((products**2).sum(axis=-1))
                if name == "cancelling":  # What is taken back is no part of the sum.
                    size = np.sqrt(size**2 - 2 * 1024.0**2)
                row[name] = float(np.sqrt((((value - exact) / size) ** 2).mean()))
                differ = acc_to_code(total, acc=acc, fmt=fmt) != from_float64(exact, fmt=fmt)
                row[f"{name}, differ in bf16"] = f"{differ.mean():.2%}"
            rows.append(row)
    return rows


STUDY = Study(
    name="approx-norm",
    title="Approximate normalisation of bf16 multiply-add elements, at the same width and clock",
    source="Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024: area -16 "
    "%, power -13 % on average, accuracy of transformers -1 %",
    cases=tuple(_cases()),
    baselines=(BASELINE,),
    published=tuple(
        Published(group=group, what=what, value=value)
        for group in dict.fromkeys(case.group for case in _cases())
        for what, value in (("area", "1.19 (-16 %)"), ("energy", "1.15 (-13 %)"))
    ),
    periods=TARGETS[2000],
    sigma=1,
    errors=errors,
)
