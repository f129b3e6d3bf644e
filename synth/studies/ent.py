"""EN-T: recoding A once at the array's edge against recoding in every element."""

from ..study import Case, Published, Study

#: Each dataflow with the Spec that has 32 multipliers.
DATAFLOWS = {
    "systolic": {"dataflow": "os", "rows": 4},
    "cube": {"dataflow": "cube", "rows": 4, "cols": 4, "depth": 2},
    "2-D matrix": {"dataflow": "broadcast", "rows": 4},
}
RECODINGS = {
    "Booth in the element": "own",
    "Booth at the edge": "booth",
    "EN-T at the edge": "ent",
    "minimal weight at the edge": "minimal_weight",
}

STUDY = Study(
    name="ent",
    title="Recoding at the edge of an array (EN-T) against recoding in every element",
    source="Wu et al., EN-T, ICCD 2024: averages over mainstream arrays at 256 GOPS, 1 TOPS and 4 TOPS",
    cases=tuple(
        Case(
            group=group,
            label=label,
            unit="mac_array",
            fields=fields | {"element": "mac", "recoding": recoding},
        )
        for group, fields in DATAFLOWS.items()
        for label, recoding in RECODINGS.items()
    ),
    baselines=("Booth in the element",),
    published=tuple(
        Published(group=group, what=what, value=value)
        for group in DATAFLOWS
        for what, value in (("area", "1.087 to 1.122"), ("energy", "1.130 to 1.175"))
    ),
    periods=(700, 1100),
)
