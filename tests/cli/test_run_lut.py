"""`macwright run` on weights of two bits: the classifier of digits, its weights -3, -1, 1 and 3."""

import numpy as np
from click.testing import CliRunner
from macwright.cli.main import cli
from macwright.tb.digits import digit_classifier

SPEC = ("lut_tile", "rows=4", "cols=4", "weight_bits=2", "weight_kind=odd", "k_max=64")


def test_a_classifier_with_2_bit_weights(tmp_path):
    classifier = digit_classifier()
    layers = iter(classifier.odd(2))
    unit, *assignments = SPEC
    params = [word for text in assignments for word in ("-p", text)]

    def multiply(a, weights):
        odd, worth = next(layers)
        assert odd.shape == weights.shape and set(np.unique(odd)) == {-3, -1, 1, 3}
        np.save(tmp_path / "a.npy", a)
        np.save(tmp_path / "b.npy", odd)
        files = [str(tmp_path / f"{name}.npy") for name in "abc"]
        done = CliRunner().invoke(
            cli, ["run", unit, *params, "--a", files[0], "--b", files[1], "-o", files[2]]
        )
        assert done.exit_code == 0, done.output
        c = np.load(files[2])
        (tmp_path / "c.npy").unlink()
        assert (c == a @ odd).all()
        return np.floor(c * worth).astype(np.int64)

    # Rounded after training: 94 of 97 in a hundred stay.
    assert classifier.accuracy(classifier.classify(multiply)) > 0.93
