"""Ternary weights in four packings beside int8 weights, on standard cells and on an FPGA."""

from ..study import Case, Published, Study

#: Codes of a column per beat: 15 or 16 products; fewer of large tables on an FPGA, which take long to place.
DEPTHS = {"1in2": 16, "5in8": 3, "3in5": 5, "4in7": 4}
FPGA_DEPTHS = DEPTHS | {"3in5": 2, "4in7": 1}
SUMS = {"k_max": 4096}
#: Engines of int8 products with the best elements of `mac_array`: label, what is not the default.
INT8 = {
    "int8 mac": {"element": "mac", "depth": 4},
    "int8 carry_save": {"element": "carry_save", "depth": 4},
    "int8 carry_save, depth 8": {"element": "carry_save", "depth": 8},
}
ON_FPGA = {"int8 *": {"element": "operator", "depth": 4}} | {label: INT8[label] for label in list(INT8)[:2]}
BASELINES = tuple(INT8)


def _cases(group: str, cols: int, depths: dict[str, int], int8: dict[str, dict]):
    for label, fields in int8.items():
        tree = {"rows": 2, "cols": 4, "dataflow": "tree"} | SUMS
        yield Case(group=group, label=label, unit="mac_array", fields=tree | fields)
    for packing, depth in depths.items():
        fields = {"rows": 2, "cols": cols, "packing": packing, "depth": depth} | SUMS
        yield Case(group=group, label=f"ternary {packing}", unit="ternary_tile", fields=fields)


STUDY = Study(
    name="ternary",
    title="Weights of -1, 0 and +1 in four packings against int8 weights, activations int8, K up to 4096",
    source="ternary-lut-dse, KU Leuven, 2026, which reports 2.2 times less area with tables, 16 nm",
    cases=tuple(_cases("2 rows", 16, DEPTHS, INT8)),
    baselines=BASELINES,
    published=(Published(group="2 rows", what="area", value="2.2 (16 nm)"),),
    periods=(350, 450),
    fpga=tuple(_cases("2 rows", 4, FPGA_DEPTHS, ON_FPGA)),
)
