"""Lint waivers of emitted Verilog, each with its reason; every simulation and the tests use this list."""

VERILATOR_WAIVERS = {
    "DECLFILENAME": "a file holds several modules",
    "UNOPTFLAT": "a prefix over a word reads bits below its own, never in a circle, as Yosys check asserts",
    "UNUSEDSIGNAL": "what the last row and column of an array pass on leads nowhere",
    "WIDTHEXPAND": "Verilog itself extends the operands of an addition to the width of its sum",
}


def waiver_options() -> list[str]:
    """Return the waivers as Verilator options."""
    return [f"-Wno-{name}" for name in VERILATOR_WAIVERS]
