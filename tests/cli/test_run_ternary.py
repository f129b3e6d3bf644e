"""`macwright run` on ternary weights: the classifier of digits, whose trits BitLinear's rule makes."""

import numpy as np
from click.testing import CliRunner
from macwright.cli.main import cli
from macwright.tb.digits import digit_classifier

SPEC = (
    "ternary_tile",
    "-p",
    "rows=4",
    "-p",
    "cols=4",
    "-p",
    "depth=1",
    "-p",
    "packing=5in8",
    "-p",
    "k_max=64",
)


def test_a_classifier_with_ternary_weights(tmp_path):
    classifier = digit_classifier()
    layers = iter(classifier.ternary())

    def multiply(a, weights):
        trits, mean = next(layers)
        assert trits.shape == weights.shape and set(np.unique(trits)) == {-1, 0, 1}
        np.save(tmp_path / "a.npy", a)
        np.save(tmp_path / "b.npy", trits)
        files = [str(tmp_path / f"{name}.npy") for name in "abc"]
        done = CliRunner().invoke(cli, ["run", *SPEC, "--a", files[0], "--b", files[1], "-o", files[2]])
        assert done.exit_code == 0, done.output
        c = np.load(files[2])
        (tmp_path / "c.npy").unlink()
        assert (c == a @ trits).all()
        return c * mean.numerator // mean.denominator

    # The network was not trained for trits: it keeps 86 of 97 in a hundred.
    assert classifier.accuracy(classifier.classify(multiply)) > 0.85


def test_weights_that_are_no_trits_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((3, 2), int))
    np.save(tmp_path / "b.npy", np.array([[1, 0], [2, -1]]))
    files = [str(tmp_path / f"{name}.npy") for name in "abc"]
    done = CliRunner().invoke(cli, ["run", *SPEC, "--a", files[0], "--b", files[1], "-o", files[2]])
    assert "w[1, 0] = 2 is not -1, 0 or 1" in str(done.exception)
    assert not (tmp_path / "c.npy").exists()
