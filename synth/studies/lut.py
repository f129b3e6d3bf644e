"""Table lookup against integer multipliers and against adders alone, by widths of weights and activations."""

from ..study import Case, Published, Study

WEIGHT_BITS = (1, 2, 4, 6, 8)
#: Activations by name, with their width.
ACTIVATIONS = {"int8": 8, "int16": 16}
SUMS = {"k_max": 4096}
TILE = {"rows": 2, "cols": 16}
#: Activations per table and, by activations, entries that an element adds in a cycle: planes times tables.
ADD_ONLY = {"k": 1, "entries": {"int8": 16, "int16": 8}}
TABLES = {"k": 3, "entries": {"int8": 8, "int16": 4}}
WHOLE = "tables, not halved"
#: Trees of multipliers with the element that `reproduce opt` found best.
TREE = {"rows": 2, "cols": 4, "dataflow": "tree", "element": "carry_save", "depth": 4}
#: An element that multiplies floats: the best of `reproduce approx-norm` that normalises; it does not round.
FLOAT_MULTIPLIER = {"a_format": "fp16", "normalise": "an"}
#: Float activations: tiles, and the entries that an element adds in a cycle with tables and without.
FLOAT = "fp16"
FLOAT_TILE = {"rows": 1, "cols": 16, "activations": FLOAT}
FLOAT_ENTRIES = {"tables": (3, 8), "add only": (1, 16)}
FLOAT_PERIODS = (900,)


def _weights(bits: int) -> dict:
    """Return the fields of weights: one or two bits are odd numbers, which need no sum of activations."""
    return {"weight_bits": bits, "weight_kind": "odd" if bits <= 2 else "signed"}


def _cases():
    yield from _integers()
    yield from _floats()


def _integers():
    for activations, a_bits in ACTIVATIONS.items():
        for bits in WEIGHT_BITS:
            group = {"group": f"W{bits} {activations}"}
            for label, b_bits in {"multipliers": a_bits, "narrow multipliers": max(bits, 2)}.items():
                if label == "multipliers" or b_bits < a_bits:
                    fields = TREE | SUMS | {"a_bits": a_bits, "b_bits": b_bits}
                    yield Case(**group, label=label, unit="mac_array", fields=fields)
            tile = TILE | SUMS | {"activations": activations} | _weights(bits)
            engines = {"add only": ADD_ONLY, "tables": TABLES}
            for label, size in engines.items():
                depth = max(size["entries"][activations] // bits, 1)
                fields = tile | {"k": size["k"], "depth": depth}
                yield Case(**group, label=label, unit="lut_tile", fields=fields)
                if label == "tables" and activations == "int8" and bits in (1, 4):
                    whole = fields | {"symmetric": False}
                    yield Case(**group, label=WHOLE, unit="lut_tile", fields=whole)


def _floats():
    for bits in WEIGHT_BITS:
        group = {"group": f"W{bits} {FLOAT}", "periods": FLOAT_PERIODS}
        yield Case(**group, label="multipliers", unit="wide_fma_pe", fields=FLOAT_MULTIPLIER)
        for label, (k, entries) in FLOAT_ENTRIES.items():
            fields = FLOAT_TILE | _weights(bits) | {"k": k, "depth": max(entries // bits, 1)}
            tile = group | {"unit": "lut_float_tile", "fields": fields}
            if label == "tables":
                yield Case(**tile, label="narrow multipliers", plain=True)
            yield Case(**tile, label=label)


STUDY = Study(
    name="lut",
    title="Products by table lookup against multipliers and against adders alone, K up to 4096",
    source="Mo et al., LUT Tensor Core, ISCA 2025, TSMC 28 nm, against multipliers of as wide operands",
    cases=tuple(_cases()),
    baselines=("multipliers", "narrow multipliers", "add only", WHOLE),
    published=(
        *(Published(group="W1 int8", what=what, value="4 to 6") for what in ("area", "energy")),
        *(
            Published(group=f"W{bits} int8", what="area", value="above 1 up to W6")
            for bits in WEIGHT_BITS[1:]
        ),
        Published(group=f"W1 {FLOAT}", what="area", value="18 (61.55 / 3.39 TFLOPs/mm2)"),
    ),
    periods=(450,),
)
