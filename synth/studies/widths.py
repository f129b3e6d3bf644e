"""Elements of 4x4, 8x4, 8x8 and 16x16 bits beside Verilog's own `*`."""

from ..study import Case, Study

WIDTHS = ((4, 4), (8, 4), (8, 8), (16, 16))
PLAIN = {"*": False, "* -booth": True}
ENGINES = {
    "mac": ("mac_pe", {}),
    "carry_save": ("carry_save_pe", {}),
    "bit_weight, 4 lanes": ("bit_weight_pe", {"lanes": 4}),
    "bit_weight, 4 lanes, pipeline": ("bit_weight_pe", {"lanes": 4, "pipeline": True}),
}


def _cases():
    for a_bits, b_bits in WIDTHS:
        group = f"{a_bits}x{b_bits}"
        # Every width has the accumulator of the same longest sum, 65536 products.
        shared = {"a_bits": a_bits, "b_bits": b_bits, "input_reg": True}
        for label, booth in PLAIN.items():
            yield Case(group=group, label=label, unit="mac_pe", fields=shared, plain=True, booth=booth)
        for label, (unit, fields) in ENGINES.items():
            yield Case(group=group, label=label, unit=unit, fields=shared | fields)


STUDY = Study(
    name="widths",
    title="Multiply-accumulate elements by width, inputs registered, sums of 65536 products",
    source="",
    cases=tuple(_cases()),
    baselines=tuple(PLAIN),
    published=(),
    periods=(300, 500, 800, 1200),
)
