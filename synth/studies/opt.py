"""OPT1 to OPT4E against plain multiply-accumulate elements, in four dataflows."""

from ..study import Case, Published, Study

#: Each dataflow of the paper with the Spec that has 32 multipliers; the cube is 4 x 4 x 2, a tree of 4.
DATAFLOWS = {
    "systolic": {"dataflow": "os", "rows": 4},
    "weight-stationary": {"dataflow": "ws", "rows": 4, "depth": 4},
    "cube": {"dataflow": "cube", "rows": 4, "cols": 4, "depth": 2},
    "tree": {"dataflow": "tree", "rows": 2, "cols": 4, "depth": 4},
    "2-D matrix": {"dataflow": "broadcast", "rows": 4},
}
PLAIN = ("*", "* -booth", "mac")
IMPROVED = {
    "systolic": {"carry_save (OPT1)": "carry_save"},
    "weight-stationary": {"carry_save (OPT1)": "carry_save"},
    "cube": {"carry_save (OPT1)": "carry_save"},
    "tree": {
        "carry_save (OPT1)": "carry_save",
        "bit_weight (OPT2)": "bit_weight",
        "bit_serial_grouped (OPT4E)": "bit_serial_grouped",
    },
    "2-D matrix": {
        "carry_save (OPT1)": "carry_save",
        "bit_serial (OPT3)": "bit_serial",
        "bit_serial_shared (OPT4C)": "bit_serial_shared",
    },
}


def _cases():
    for group, fields in DATAFLOWS.items():
        for label, element in zip(PLAIN, ("operator", "operator", "mac"), strict=True):
            yield Case(
                group=group,
                label=label,
                unit="mac_array",
                fields=fields | {"element": element},
                booth=label == "* -booth",
            )
        for label, element in IMPROVED[group].items():
            yield Case(group=group, label=label, unit="mac_array", fields=fields | {"element": element})


STUDY = Study(
    name="opt",
    title="Bit-weight engines (OPT1 to OPT4E) against plain multiply-accumulate arrays",
    source="Wu et al., HPCA 2025: SMIC 28 nm, Design Compiler, 0.72 V",
    cases=tuple(_cases()),
    baselines=PLAIN,
    published=tuple(
        Published(group=group, what=what, value=value)
        for group, area, energy in (
            ("systolic", "1.27", "1.04"),
            ("cube", "1.28", "1.56"),
            ("tree", "1.56 or 1.58", "1.49"),
            ("2-D matrix", "1.44 or 1.34", "1.20 or 1.11"),
        )
        for what, value in (("area", area), ("energy", energy))
    ),
    periods=(350, 700, 1200),
    sigma=20,
)
