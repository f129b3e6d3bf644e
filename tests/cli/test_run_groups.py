"""`macwright run` on weights in groups: a classifier in 4 bits, and files that are not what is needed."""

import subprocess
import sys

import numpy as np
import pytest
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format
from macwright.golden.group_gemm import quantize_groups
from macwright.tb.digits import digit_classifier

BF16 = find_format("bf16")
SPEC = ("mixpe_array", "-p", "rows=4", "-p", "cols=2", "-p", "group=16")


def run(folder, a, b, out, *more, spec=SPEC):
    command = [sys.executable, "-c", "from macwright.cli.main import main; main()", "run", *spec, *more]
    return subprocess.run(
        [*command, "--a", a, "--b", b, "-o", out], cwd=folder, capture_output=True, text=True
    )


def test_a_classifier_with_4_bit_weights_keeps_its_accuracy(tmp_path):
    classifier = digit_classifier()
    layers = iter(classifier.grouped(16))

    def multiply(a, weights):
        found = next(layers)
        assert found.b.max() <= 15 and found.b.shape == weights.shape
        np.save(tmp_path / "a.npy", a)
        np.savez(tmp_path / "b.npz", **found._asdict())
        done = run(tmp_path, "a.npy", "b.npz", "c.npy")
        assert done.returncode == 0 and "equal to the golden model" in done.stdout, done.stderr
        c = np.load(tmp_path / "c.npy")
        (tmp_path / "c.npy").unlink()
        return c

    in_int8 = classifier.accuracy(classifier.classify(np.matmul))
    assert classifier.accuracy(classifier.classify(multiply)) > in_int8 - 0.01


def test_a_classifier_with_4_bit_weights_and_bf16_activations_keeps_its_accuracy(tmp_path):
    classifier = digit_classifier()
    layers = iter(classifier.grouped(16))
    spec = ("mixpe_float_array", *SPEC[1:])

    def multiply(a, weights):
        found = next(layers)
        assert found.b.max() <= 15 and found.b.shape == weights.shape
        # Multipliers have 8 bits, as significands of bf16 have: nothing is rounded.
        scale = from_float64(np.ldexp(found.mult.astype(float), -found.shift), fmt=BF16)
        np.save(tmp_path / "a.npy", a.astype(np.uint16))
        np.savez(tmp_path / "b.npz", b=found.b, scale=scale, zero=found.zero)
        done = run(tmp_path, "a.npy", "b.npz", "c.npy", spec=spec)
        assert done.returncode == 0 and "equal to the golden model" in done.stdout, done.stderr
        c = np.load(tmp_path / "c.npy").astype(np.uint32).view(np.float32)
        (tmp_path / "c.npy").unlink()
        return c

    assert classifier.accuracy(classifier.classify_floats(multiply)) > classifier.float_accuracy - 0.01


def test_float_activations_are_codes(tmp_path):
    rng = np.random.default_rng(1)
    weights, a = rng.normal(size=(40, 2)) / 6, from_float64(rng.normal(size=(3, 40)), fmt=BF16)
    np.save(tmp_path / "a.npy", a.astype(np.uint16))
    np.savez(tmp_path / "b.npz", **quantize_groups(weights, group=16)._asdict())
    spec = (
        "mixpe_float_array",
        "-p",
        "rows=2",
        "-p",
        "cols=1",
        "-p",
        "group=16",
        "-p",
        "scale_format=dyadic",
    )
    done = run(tmp_path, "a.npy", "b.npz", "c.npy", spec=spec)
    assert done.returncode == 0 and "equal to the golden model" in done.stdout, done.stderr
    c = np.load(tmp_path / "c.npy").astype(np.uint32).view(np.float32)
    assert np.abs(c - to_float64(a, fmt=BF16) @ weights).max() < 0.5


def test_weights_of_too_many_digits_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((3, 2), int))
    fields = dict.fromkeys(("mult", "shift"), np.ones((1, 2), int))
    np.savez(tmp_path / "b.npz", b=np.array([[1, 2], [3, 85]]), **fields)
    csd = ("-p", "recoding=csd", "-p", "zero_point=false", "-p", "b_bits=8")
    done = run(tmp_path, "a.npy", "b.npz", "c.npy", *csd)
    said = "b[1, 1] = 85 has 4 signed digits, and digits=2 is the limit: round the weights"
    assert done.returncode == 2 and said in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"b": np.ones((2, 2), int)}, "b.npz holds b: give a .npz file with b, mult, shift, zero"),
        (None, "b.npz does not exist: give a .npz file with b, mult, shift, zero"),
        (
            {"b": np.ones((2, 2), int)} | dict.fromkeys(("mult", "shift", "zero"), np.ones((2, 2), int)),
            "mult is (2, 2), and K=2 in groups of 16 needs one per group and column: (1, 2)",
        ),
        (
            {"b": np.ones((2, 2), int)} | dict.fromkeys(("mult", "shift", "zero"), np.full((1, 2), 99)),
            "shift[0, 0] = 99 is outside 0..31",
        ),
    ],
)
def test_files_that_do_not_fit(tmp_path, fields, message):
    np.save(tmp_path / "a.npy", np.ones((3, 2), int))
    if fields:
        np.savez(tmp_path / "b.npz", **fields)
    done = run(tmp_path, "a.npy", "b.npz", "c.npy")
    assert done.returncode == 2 and message in " ".join(done.stderr.split())
    assert not (tmp_path / "c.npy").exists()
