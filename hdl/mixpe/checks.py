"""What a MixpeArraySpec refuses, each with a sentence."""

from ...golden.accumulator import check_exact
from ...golden.csd import check_digits
from ...golden.errors import UsageError


def check_group(spec) -> None:
    """Refuse groups that blocks do not fill."""
    if spec.dataflow == "os" and spec.depth is not None:
        raise UsageError(f"depth={spec.depth} is for dataflow=ws: leave depth out")
    if spec.group % spec.k_step:
        fits = spec.group + -spec.group % spec.k_step
        raise UsageError(
            f"group={spec.group} is not a multiple of depth={spec.k_step}, and a block has one scale: "
            f"use group={fits}, or a depth that divides it"
        )


def check_scale(spec) -> None:
    """Refuse parameters of another kind of scale."""
    if spec.scale == "dyadic" and spec.frac is not None:
        raise UsageError(
            f"frac={spec.frac} is for float scales, and a dyadic one has the fraction bits of C in its "
            "shift: leave frac out"
        )
    if spec.scale != "dyadic" and spec.mult_bits is not None:
        raise UsageError(
            f"mult_bits={spec.mult_bits} is for scale=dyadic: scale={spec.scale} multiplies by a "
            f"significand of {spec.factor_bits} bits; leave mult_bits out"
        )


def check_recoding(spec) -> None:
    """Refuse recodings that an element cannot have, and limits of digits that limit nothing."""
    if spec.element == "operator" and spec.recoding != "radix4":
        raise UsageError(
            f"recoding={spec.recoding} is for elements made here, and element=operator multiplies with "
            "Verilog's own *: use element=mac or carry_save, or leave recoding out"
        )
    check_zero_point(spec)
    spec.check_digit_limit()


def check_zero_point(spec) -> None:
    """Refuse a limit of digits for weights that have a zero point."""
    if spec.recoding == "csd" and spec.zero_point:
        raise UsageError(
            "recoding=csd limits the signed digits of a weight, and with zero_point=true a weight is what is "
            "left of two numbers: use zero_point=false"
        )


def check_sums(spec) -> None:
    """Refuse sums of groups that can overflow, and weights that cannot be."""
    if spec.acc_bits is None:
        return
    if spec.weights is None:
        operands = spec.a_bits, spec.b_bits, spec.a_signed, True
        check_exact(spec.acc_bits, spec.group, *operands, instead="a shorter group")
        return
    try:
        if spec.digit_limit:
            check_digits("weights", spec.weights.matrix, bits=spec.b_bits, digits=spec.digit_limit)
    except UsageError as error:
        raise UsageError(f"acc_bits={spec.acc_bits}: {error}") from None
    try:
        spec.bits_for(spec.weights.matrix)
    except UsageError as error:
        raise UsageError(f"acc_bits={spec.acc_bits}: {error}: use wider b_bits or other weights") from None
