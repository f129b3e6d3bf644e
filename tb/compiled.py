"""Checks that run on the compiled RTL because they need millions of cycles."""

from collections.abc import Iterator

import numpy as np

from ..golden.csd import coded_digits
from ..golden.errors import UsageError
from ..golden.int_gemm import dot_step
from ..golden.integer import int_range, wrap
from ..golden.recoding import RECODINGS, encode
from .rtl import Rtl
from .transaction import Beats, BenchFailure, Transaction

#: Operand bits up to which an element is checked exhaustively.
EXHAUSTIVE_BITS = 24
_CHUNK = 1 << 20


def check_every_pair(rtl: Rtl, spec) -> int:
    """Try every combination of operands on a multiply-accumulate element, as new sums and as running ones.

    A running sum is compared step by step with the golden step from the hardware's own previous sum,
    which proves the whole chain by induction. Returns the number of steps; raises BenchFailure at the first
    difference.
    """
    rule = {"acc_bits": spec.acc_width, "signed": spec.acc_shape.signed, "overflow": spec.overflow}
    count = 0
    for kind, first in (("new sums", 1), ("running sums", 0)):
        zeros = np.zeros((4, lanes_of(spec)))
        rtl.clock({"en": np.ones(4), "first": np.ones(4), "a": zeros, "b": zeros})
        for a, b in operand_pairs(spec):
            # The first step starts a sum in either kind; the last ones let the pipeline run out.
            idle = spec.latency
            starts = np.r_[1, np.full(len(a) - 1, first), np.zeros(idle, np.int64)]
            a, b = (np.pad(x, ((0, idle), (0, 0))) for x in (a, b))
            inputs = {"en": np.ones(len(a), np.uint8), "first": starts, "a": a, "b": b}
            shown = rtl.clock(on_ports(spec, inputs))
            acc = element_sum(spec, shown)[idle:]
            steps = len(acc)
            expected = dot_step(np.r_[0, acc[:-1]], starts[:steps], a[:steps], b[:steps], **rule)
            wrong = np.flatnonzero(acc != expected)
            if len(wrong):
                t = wrong[0]
                raise BenchFailure(
                    f"{kind}: a={a[t]}, b={b[t]} on a sum of {0 if starts[t] else acc[t - 1]} gives {acc[t]} "
                    f"and should give {expected[t]}"
                )
            count += steps
    return count


def element_sum(spec, shown: dict[str, np.ndarray]) -> np.ndarray:
    """Return the sum that an element shows: `acc`, or in carry-save form its two words added."""
    if "acc" in shown:
        return shown["acc"]
    return wrap(shown["acc_sum"] + shown["acc_carry"], spec.acc_width, spec.acc_shape.signed)


def on_ports(spec, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return an element's inputs as its ports take them: A and B, where they come recoded, in coded words."""
    return inputs | {"a": a_words(spec, inputs["a"]), "b": b_words(spec, inputs["b"])}


def a_words(spec, a: np.ndarray) -> np.ndarray:
    """Return operands of A as port `a` of an element takes them; no other word is ever driven."""
    if not a_is_recoded(spec):
        return a
    return encode(a, bits=spec.a_bits, signed=spec.a_signed, recoding=spec.recoding)


def a_is_recoded(spec) -> bool:
    """Return whether port `a` of an element takes coded words."""
    return getattr(spec, "recoding", "own") in RECODINGS


def b_words(spec, b: np.ndarray) -> np.ndarray:
    """Return operands of B as port `b` of an element takes them: their signed digits, if it takes those."""
    digits = getattr(spec, "digit_limit", None)
    return coded_digits(b, bits=spec.b_bits, digits=digits) if digits else b


def lanes_of(spec) -> int:
    """Return how many pairs of operands an element takes at once."""
    return getattr(spec, "lanes", 1)


def check_operand_bits(spec) -> None:
    """Raise UsageError if the operands have too many bits for `check_every_pair`."""
    lanes = lanes_of(spec)
    bits = lanes * (spec.a_bits + spec.b_bits)
    if bits > EXHAUSTIVE_BITS:
        in_lanes = f" in lanes={lanes}" if lanes > 1 else ""
        raise UsageError(
            f"a_bits={spec.a_bits} and b_bits={spec.b_bits}{in_lanes} are {bits} input bits, and exhaustive "
            f"runs go up to {EXHAUSTIVE_BITS}: use --level full"
        )


def operand_pairs(spec) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return every combination of operands in chunks of (steps, lanes) integers."""
    a_low, _ = int_range(spec.a_bits, spec.a_signed)
    b_low, _ = int_range(spec.b_bits, spec.b_signed)
    lane_bits = spec.a_bits + spec.b_bits
    shifts = lane_bits * np.arange(lanes_of(spec))
    combinations = 1 << lane_bits * len(shifts)
    for start in range(0, combinations, _CHUNK):
        code = np.arange(start, min(start + _CHUNK, combinations), dtype=np.int64)[:, None] >> shifts
        code &= (1 << lane_bits) - 1
        yield a_low + (code >> spec.b_bits), b_low + (code & ((1 << spec.b_bits) - 1))


def check_transactions(rtl: Rtl, transactions: list[Transaction]) -> int:
    """Run transactions without stalls and compare every beat; returns the cycles taken."""
    inputs = {
        n: {f: np.concatenate([t.inputs[n][f] for t in transactions]) for f in transactions[0].inputs[n]}
        for n in transactions[0].inputs
    }
    wanted = {n: sum(beat_count(t.outputs[n]) for t in transactions) for n in transactions[0].outputs}
    found, cycles = rtl.stream(inputs, wanted)
    for name in wanted:
        start = 0
        for t in transactions:
            for field, expected in t.outputs[name].items():
                part = found[name][field][start : start + len(expected)].reshape(expected.shape)
                wrong = np.argwhere(part != expected)
                if len(wrong):
                    at = tuple(int(i) for i in wrong[0])
                    raise BenchFailure(
                        f"{t.name}: {name}.{field}{list(at)} is {part[at]} and should be {expected[at]}"
                    )
            start += beat_count(t.outputs[name])
    return cycles


def beat_count(fields: Beats) -> int:
    """Return how many beats the fields of a stream hold."""
    return len(next(iter(fields.values())))
