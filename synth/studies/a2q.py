"""A2Q: accumulators of 32 bits, by data type, exact for a weight matrix, and of a width it is held to."""

from ...golden.a2q import normal_weights, round_weights
from ...golden.accumulator import data_type_bits, weight_bits
from ..study import Case, Published, Study

ELEMENTS = ("mac", "carry_save")
#: Widths of the weights and lengths K of the sums; matrices have COLUMNS columns.
MATRICES = ((4, 64), (4, 512), (8, 64), (8, 512))
COLUMNS = 64
SEED = 1
#: Inputs behind a ReLU, as in the paper; A2Q and A2Q+ hold sums of any K to ACC_BITS by the weights' norm.
INPUTS = {"a_bits": 8, "a_signed": False}
ACC_BITS = 16
BASELINE = "32 bits"


def accumulators(b_bits: int, k: int) -> dict[str, int]:
    """Return the widths of accumulators that are compared, by label, for a matrix of MATRICES."""
    weights = round_weights(normal_weights(k, COLUMNS, seed=SEED), b_bits=b_bits)
    by_type = data_type_bits(weights, b_bits=b_bits, **INPUTS)
    exact = int(weight_bits(weights, b_bits=b_bits, **INPUTS).max())
    return {
        BASELINE: 32,
        f"data type, {by_type} bits": by_type,
        f"these weights, {exact} bits": exact,
        f"A2Q or A2Q+, {ACC_BITS} bits": ACC_BITS,
    }


def _cases():
    for element in ELEMENTS:
        for b_bits, k in MATRICES:
            # The weights are made here and in no file, so that widths are given as numbers. The hardware is
            # that of acc_bits=from:FILE, which wraps too, only never does.
            shared = INPUTS | {"rows": 4, "cols": 4, "element": element, "b_bits": b_bits, "overflow": "wrap"}
            for label, width in accumulators(b_bits, k).items():
                yield Case(
                    group=f"{element}, 8x{b_bits}, K={k}",
                    label=label,
                    unit="mac_array",
                    fields=shared | {"acc_bits": width},
                )


STUDY = Study(
    name="a2q",
    title="Accumulators sized by the weights (A2Q) against 32 bits: 4x4 engines",
    source="Colbert et al., A2Q, ICCV 2023: up to 2.3 times fewer LUTs, whole FPGA designs of networks",
    cases=tuple(_cases()),
    baselines=(BASELINE,),
    published=tuple(
        Published(group=f"{element}, 8x{b_bits}, K={k}", what="area", value="up to 2.3")
        for element in ELEMENTS
        for b_bits, k in MATRICES
    ),
    periods=(450, 700),
    sigma=20,
)
