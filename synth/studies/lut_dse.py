"""Lookup tiles of one-bit weights: by activations per table, by shape, and whole tables against halves."""

from ..study import Case, Published, Study

FIELDS = {"weight_bits": 1, "weight_kind": "odd", "k_max": 4096}
#: Activations per table, with as many tables in a row as make about 16 products of a column.
TABLES = ((1, 16), (2, 8), (3, 5), (4, 4), (5, 3), (6, 3))
#: Rows, columns and tables in a row, of four activations each.
SHAPES = ((1, 32, 4), (2, 16, 4), (4, 8, 4), (8, 4, 4), (1, 128, 1), (2, 64, 1), (4, 32, 1), (2, 32, 2))
PAPER = "M2 N64 K4, depth 1"
#: Columns that share a table, whole or halved.
COLUMNS = (1, 4, 16, 64)
WHOLE = "whole tables"


def _cases():
    for k, depth in TABLES:
        fields = FIELDS | {"rows": 2, "cols": 16, "k": k, "depth": depth}
        yield Case(group="k", label=f"k={k}, depth {depth}", unit="lut_tile", fields=fields)
    for rows, cols, depth in SHAPES:
        fields = FIELDS | {"rows": rows, "cols": cols, "depth": depth}
        label = f"M{rows} N{cols} K4, depth {depth}"
        yield Case(group="shape", label=label, unit="lut_tile", fields=fields)
    for cols in COLUMNS:
        for label, symmetric in ((WHOLE, False), ("half tables", True)):
            fields = FIELDS | {"rows": 2, "cols": cols, "depth": 1, "symmetric": symmetric}
            yield Case(group=f"M2 N{cols} K4", label=label, unit="lut_tile", fields=fields)


STUDY = Study(
    name="lut-dse",
    title="Lookup tiles, one-bit weights, int8 activations: by k, by shape, whole tables and halves",
    source="Mo et al., LUT Tensor Core, ISCA 2025, section 3.2.2: k=4 and M2 N64 K4 are best, TSMC 28 nm",
    cases=tuple(_cases()),
    baselines=("k=4, depth 4", PAPER, WHOLE),
    published=(
        Published(group="k", what="area", value="k=4 is best"),
        Published(group="shape", what="area", value="M2 N64 K4 is best"),
    ),
    periods=(450,),
)
