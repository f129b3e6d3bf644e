"""`make demo`: an array is generated, classifies handwritten digits, and is measured."""

import json
import sys
from pathlib import Path

from ..gen.catalog import find_unit
from ..gen.deliverable import generate
from ..synth.measure import measure
from ..synth.table import table
from ..tb.digits import digit_classifier
from ..tb.gemm import RtlGemm
from .common import STDOUT, progress
from .main import guarded

FOLDER = Path("build/demo")


def demo() -> None:
    """Run the demonstration; exits with 1 if the hardware and NumPy disagree."""
    spec = find_unit("mac_array").spec()
    STDOUT.print("[bold]1. Generate[/bold] an 8x8 array of int8 multiply-accumulate elements")
    made = generate("mac_array", spec, FOLDER / "mac_array", force=True)

    STDOUT.print("[bold]2. Classify[/bold] handwritten digits: fit on one half, run the other in int8")
    with progress("fitting the classifier") as say:
        classifier = digit_classifier()
        engine = RtlGemm("mac_array", spec, say)
        compared = wrong = 0

        def multiply(a, b):
            nonlocal compared, wrong
            c = engine(a, b, lambda share: say(f"the RTL multiplies {a.shape} by {b.shape}: {share:.0%}"))
            compared, wrong = compared + c.size, wrong + int((c != a @ b).sum())
            return c

        digits = classifier.classify(multiply)
    STDOUT.print(f"   {compared} accumulators of the RTL compared with NumPy: {wrong} differ")
    STDOUT.print(f"   {engine.cycles} clock cycles for {len(digits)} images")
    STDOUT.print(
        f"   accuracy: float {classifier.float_accuracy:.2%}, int8 on the RTL {classifier.accuracy(digits):.2%}"
    )

    STDOUT.print("[bold]3. Measure[/bold] area, clock and power, beside the same function written with *")
    files = [made.folder / name for name in made.files]
    for target in ("nangate45", "ecp5"):
        with progress(
            f"measuring on {target}; the first time takes some minutes, then it is in the cache"
        ) as say:
            record = measure("mac_array", spec, target, progress=say)
        STDOUT.print(table(record))
        files.append(FOLDER / f"{target}.json")
        files[-1].write_text(json.dumps(record, indent=1) + "\n")
    STDOUT.print("[bold]Written:[/bold]")
    for file in files:
        STDOUT.print(f"   {file}")
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    guarded(demo)
