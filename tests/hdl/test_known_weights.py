"""acc_bits=from:FILE: the Spec holds the weights, and everything about it still round-trips."""

import copy
import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from macwright.gen.catalog import CATALOG
from macwright.golden.accumulator import weight_bits
from macwright.golden.errors import UsageError
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.hdl.pe.mac_pe import MacPeSpec

WEIGHTS = np.random.default_rng(0).integers(-8, 8, (20, 7))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("w.npy", WEIGHTS)


@pytest.mark.parametrize("fields", [{}, {"a_signed": False}, {"a_bits": 5, "b_bits": 4}], ids=str)
def test_the_width_is_that_of_the_widest_column(fields):
    spec = MacArraySpec(acc_bits="from:w.npy", **fields)
    kinds = {name: getattr(spec, name) for name in ("a_bits", "b_bits", "a_signed", "b_signed")}
    assert spec.acc_width == weight_bits(WEIGHTS, **kinds).max() and spec.k_limit == 20
    assert (spec.weights.matrix == WEIGHTS).all()
    assert spec.acc_shape.width == spec.acc_width


def test_unsigned_weights_and_weights_of_zero():
    np.save("u.npy", np.full((3, 1), 255, np.uint8))
    np.save("z.npy", np.zeros((3, 2), np.int8))
    assert MacPeSpec(acc_bits="from:u.npy", a_signed=False, b_signed=False).acc_width == 18
    assert MacPeSpec(acc_bits="from:z.npy").acc_width == 2


def test_repr_text_copies_and_arguments_round_trip():
    spec = MacArraySpec.parse({"acc_bits": "from:w.npy", "rows": "4"})
    assert eval(repr(spec), {"MacArraySpec": MacArraySpec}) == spec
    assert MacArraySpec(**spec.as_dict()) == spec == copy.deepcopy(spec) == pickle.loads(pickle.dumps(spec))
    assert len({spec, pickle.loads(pickle.dumps(spec))}) == 1
    assert spec.arguments() == "-p acc_bits=from:w.npy -p rows=4"
    assert spec.suffix() == f"_acc_bits_{spec.acc_width}w_rows_4"


def test_a_path_that_a_shell_would_split_is_quoted():
    np.save("my weights.npy", WEIGHTS)
    assert MacPeSpec(acc_bits="from:my weights.npy").arguments() == "-p 'acc_bits=from:my weights.npy'"


def test_specs_are_told_apart_by_the_content_of_the_file():
    before = MacPeSpec(acc_bits="from:w.npy")
    np.save("w.npy", np.asfortranarray(WEIGHTS.astype(np.int8)))
    assert MacPeSpec(acc_bits="from:w.npy") == before
    np.save("w.npy", -WEIGHTS)
    after = MacPeSpec(acc_bits="from:w.npy")
    assert after != before and (before.weights.matrix == WEIGHTS).all()
    assert before.weights.sha256 == hashlib.sha256(WEIGHTS.astype("<i8").tobytes()).hexdigest()


#: Sums of floats, of float operands or results, have no worst case that a width would have to hold.
FLOAT = {"a_format", "out_format"}
#: Sums of blocks are sized by how many blocks are to be exact, whatever the weights.
BLOCKS = "blocks"
SIZED = [u for u in CATALOG.values() if "acc_bits" in u.spec.params() and BLOCKS not in u.spec.params()]
INTEGER = [u for u in SIZED if not u.spec.params().keys() & FLOAT]


@pytest.mark.parametrize("unit", INTEGER, ids=str)
def test_every_unit_with_an_integer_accumulator_takes_weights(unit):
    signed = {"zero_point": False} if "zero_point" in unit.spec.params() else {}
    spec = unit.spec(acc_bits="from:w.npy", **signed)
    assert f"_acc_bits_{spec.acc_width}w" in unit.module_name(spec)


@pytest.mark.parametrize("unit", [u for u in SIZED if u not in INTEGER], ids=str)
def test_a_float_accumulator_is_not_sized_by_weights(unit):
    with pytest.raises(UsageError, match="weights bound sums of integers.*: leave acc_bits out"):
        unit.spec.parse({"acc_bits": "from:w.npy"})


@pytest.mark.parametrize(
    "file, fields, message",
    [
        ("nope.npy", {}, "acc_bits=from:nope.npy: nope.npy does not exist: give a .npy file"),
        ("", {}, "acc_bits=from:: 'from:' names no file: use from:FILE"),
        ("a\nb.npy", {}, "names no file"),
        ("text.npy", {}, "text.npy is not a .npy file of numbers"),
        (".", {}, "is not a .npy file of numbers"),
        ("several.npz", {}, "several.npz is not a .npy file but an archive"),
        ("floats.npy", {}, "acc_bits=from:floats.npy: floats.npy must hold integers, not float64"),
        ("row.npy", {}, r"row.npy is \(4,\): weights must be \(K, N\)"),
        ("empty.npy", {}, r"empty.npy is \(0, 3\): weights must be"),
        ("huge.npy", {}, "huge.npy.* is outside"),
        ("w.npy", {"b_bits": 3}, "acc_bits=from:w.npy: weights.*is outside -4..3.*wider operands"),
        ("w.npy", {"k_max": 20}, "both size the accumulator, and K of .* is 20: leave k_max out"),
        ("w.npy", {"overflow": "wrap"}, "overflow=wrap says what happens then: leave overflow out"),
        ("three.npy", {"dataflow": "tree"}, "weights of K=3, less than a step adds with depth=4"),
    ],
)
def test_what_cannot_be_is_one_sentence(file, fields, message):
    Path("text.npy").write_text("no array")
    np.savez("several.npz", WEIGHTS)
    np.save("floats.npy", WEIGHTS / 2)
    np.save("row.npy", WEIGHTS[0, :4])
    np.save("empty.npy", np.zeros((0, 3), int))
    np.save("three.npy", WEIGHTS[:3])
    np.save("huge.npy", np.full((2, 2), 2**64 - 5, np.uint64))
    with pytest.raises(UsageError, match=message):
        MacArraySpec(acc_bits=f"from:{file}", **fields)


def test_only_the_accumulator_is_sized_by_weights():
    with pytest.raises(UsageError, match="acc_bits=w.npy is not legal.*2 to 48.*or from:FILE.npy, or none"):
        MacArraySpec.parse({"acc_bits": "w.npy"})
    with pytest.raises(UsageError, match="rows=from:w.npy is not legal"):
        MacArraySpec.parse({"rows": "from:w.npy"})


def test_an_accumulator_wider_than_can_be_made_is_refused():
    np.save("long.npy", np.full((1 << 18, 1), -(2**15)))
    with pytest.raises(UsageError, match="asks for 50 bits, and accumulators go up to 48"):
        MacPeSpec(acc_bits="from:long.npy", a_bits=16, b_bits=16)
