"""`macwright run` on codes of floats: what a user keeps as uint16, and what comes back."""

import numpy as np
from click.testing import CliRunner
from macwright.cli.main import cli
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format

SPEC = ("lut_float_tile", "-p", "rows=1", "-p", "cols=1", "-p", "k=2", "-p", "weight_bits=2")


def test_codes_go_in_and_codes_come_out(tmp_path):
    bf16, fp32 = find_format("bf16"), find_format("fp32")
    values = np.array([[0.5, -3.0, 1.0, 0.25, 7.0], [1.0, 2.0, 4.0, np.inf, 1.0]])
    w = np.array([[1, -2], [-1, 0], [0, 1], [1, 1], [-2, 0]])
    np.save(tmp_path / "a.npy", from_float64(values, fmt=bf16).astype(np.uint16))
    np.save(tmp_path / "b.npy", w)
    files = [str(tmp_path / name) for name in ("a.npy", "b.npy", "c.npy", "packed.npz")]
    done = CliRunner().invoke(cli, ["run", *SPEC, "--a", files[0], "--b", files[1], "-o", files[2]])
    assert done.exit_code == 0, done.output
    c = to_float64(np.load(files[2]), fmt=fp32)
    assert c[0].tolist() == (values[0] @ w).tolist() and np.isnan(c[1]).all()

    done = CliRunner().invoke(cli, ["pack", *SPEC, "--b", files[1], "-o", files[3]])
    assert done.exit_code == 0 and "2 tiles of 3 beats of 1 bytes" in done.output
    np.save(files[0], values)
    done = CliRunner().invoke(cli, ["run", *SPEC, "--a", files[0], "--b", files[1], "-o", files[2] + "2"])
    assert done.exit_code and "a must hold integers, not float64" in str(done.exception or done.output)
