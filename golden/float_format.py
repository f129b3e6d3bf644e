"""What a floating-point format is: a few numbers and choices, not code.

A code is sign, exponent field and mantissa field, from the top bit down. With an exponent field E > 0 its
value is `(-1)^sign * 2^(E - bias) * 1.mantissa`; with E = 0 it is `(-1)^sign * 2^(1 - bias) * 0.mantissa`, a
subnormal or zero. The format says which codes are Inf and NaN instead, and what becomes of too large results.
"""

import dataclasses
import re

from .errors import UsageError

SPECIALS = ("ieee", "fn", "fnuz", "none")
SUBNORMALS = ("keep", "flush_in", "flush_out", "flush")
OVERFLOWS = ("inf", "nan", "saturate")

MAX_EXPONENT_BITS = 8
MAX_MANTISSA_BITS = 23
# Bounds every product (48 bits, 2^-512 to 2^512), so that the arithmetic fits into 64-bit words and a double.
MAX_EXPONENT = 256


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatFormat:
    """A floating-point format of at most 32 bits.

    exponent_bits: 0 to 8; with 0 every code is a subnormal, that is, a fixed-point number.
    mantissa_bits: 0 to 23, the hidden bit not counted.
    bias: by default `2^(exponent_bits - 1) - 1`, one more for `fnuz`, 0 without exponent bits. Every number
        must lie between 2^-256 and 2^256.
    special: which codes are no numbers. `ieee`: the highest exponent field is Inf, with a mantissa NaN. `fn`:
        exponent field and mantissa of all ones are NaN, there is no Inf. `fnuz`: the code of negative zero is
        NaN, there is no Inf and no negative zero. `none`: every code is a finite number.
    signed: without, there is no sign bit.
    has_zero: without, which is for powers of two alone, the exponent field 0 is as good as any: `2^-bias`.
    subnormals: `keep`; `flush_in`: read as zeros of their sign; `flush_out`: results that are rounded to one
        become zeros of their sign; `flush`: both.
    overflow: what a finite result beyond the largest number becomes, and an infinite one: `inf`, `nan` or
        `saturate`, the largest number. By default `inf` if the format has it, else `nan`, else `saturate`.

    Raises UsageError if there can be no such format.
    """

    exponent_bits: int
    mantissa_bits: int
    bias: int | None = None
    special: str = "ieee"
    signed: bool = True
    has_zero: bool = True
    subnormals: str = "keep"
    overflow: str | None = None

    def __post_init__(self):
        _check_widths(self)
        if self.bias is None:
            half = 1 << self.exponent_bits >> 1
            object.__setattr__(self, "bias", half if self.special == "fnuz" else max(half - 1, 0))
        if self.overflow is None:
            default = {"ieee": "inf", "none": "saturate"}.get(self.special, "nan")
            object.__setattr__(self, "overflow", default)
        _check_rules(self)

    @property
    def bits(self) -> int:
        """Width of a code."""
        return self.signed + self.magnitude_bits

    @property
    def magnitude_bits(self) -> int:
        """Width of a code without its sign."""
        return self.exponent_bits + self.mantissa_bits

    @property
    def min_exponent(self) -> int:
        """Exponent of the smallest normal number."""
        return 1 - self.bias if self.has_zero else -self.bias

    @property
    def max_code(self) -> int:
        """Code of the largest finite number."""
        ones = (1 << self.magnitude_bits) - 1
        if self.special == "ieee":
            return ones - (1 << self.mantissa_bits)
        return ones - (self.special == "fn")

    @property
    def inf_code(self) -> int | None:
        """Code of plus infinity, None if there is none."""
        return self.max_code + 1 if self.special == "ieee" else None

    @property
    def nan_code(self) -> int | None:
        """Code of the NaN that operations return: positive, quiet, no payload. None if there is none."""
        if self.special == "none":
            return None
        if self.special == "fnuz":
            return 1 << self.magnitude_bits
        return self.max_code + 1 + (1 << self.mantissa_bits >> 1 if self.special == "ieee" else 0)

    @property
    def max_value(self) -> float:
        """The largest finite number."""
        field, mantissa = divmod(self.max_code, 1 << self.mantissa_bits)
        hidden = 1 << self.mantissa_bits if field or not self.has_zero else 0
        exponent = max(field, 1) - self.bias if self.has_zero else field - self.bias
        return (hidden + mantissa) * 2.0 ** (exponent - self.mantissa_bits)

    @property
    def min_normal(self) -> float:
        """The smallest positive number with all its mantissa bits."""
        return 2.0**self.min_exponent


def _check_widths(fmt: FloatFormat) -> None:
    for name, choices in (("special", SPECIALS), ("subnormals", SUBNORMALS), ("overflow", OVERFLOWS)):
        value = getattr(fmt, name)
        if value not in choices and not (name == "overflow" and value is None):
            raise UsageError(f"{name}={value!r} is not one of {', '.join(choices)}")
    for name, highest in (("exponent_bits", MAX_EXPONENT_BITS), ("mantissa_bits", MAX_MANTISSA_BITS)):
        if getattr(fmt, name) not in range(highest + 1):
            raise UsageError(f"{name}={getattr(fmt, name)} is not a width from 0 to {highest} bits")
    if not (fmt.bias is None or isinstance(fmt.bias, int)):
        raise UsageError(f"bias={fmt.bias!r} is not a whole number")
    if not fmt.magnitude_bits:
        raise UsageError(
            "exponent_bits=0 and mantissa_bits=0 leave no bits for a number: give it one at least"
        )


def _check_rules(fmt: FloatFormat) -> None:
    e, m = fmt.exponent_bits, fmt.mantissa_bits
    if fmt.special == "ieee" and not (e and m):
        raise UsageError(
            f"special=ieee needs an exponent bit to mark Inf and NaN and a mantissa bit to tell them apart, "
            f"e{e}m{m} has not both: use fn, fnuz or none"
        )
    if fmt.special == "fnuz" and not fmt.signed:
        raise UsageError("special=fnuz keeps NaN at the code of negative zero: it needs signed=True")
    if not fmt.has_zero and (
        fmt.signed or m or fmt.special not in ("fn", "none") or fmt.subnormals != "keep"
    ):
        raise UsageError(
            "has_zero=False is for unsigned powers of two: it needs signed=False, mantissa_bits=0, "
            "special=fn or none, and subnormals=keep, of which there are none"
        )
    if fmt.overflow == "inf" and fmt.inf_code is None:
        raise UsageError(f"overflow=inf: special={fmt.special} has no code for Inf, use nan or saturate")
    if fmt.overflow == "nan" and fmt.nan_code is None:
        raise UsageError(f"overflow=nan: special={fmt.special} has no code for NaN, use saturate")
    smallest_normal = 1 << m if fmt.has_zero else 0
    if fmt.max_code < (1 if fmt.subnormals == "keep" else smallest_normal):
        raise UsageError(
            f"e{e}m{m} with special={fmt.special} and subnormals={fmt.subnormals} has no number but zero"
        )
    lowest, highest = fmt.min_exponent - m, max(fmt.max_code >> m, int(fmt.has_zero)) - fmt.bias
    if lowest < -MAX_EXPONENT or highest >= MAX_EXPONENT:
        raise UsageError(
            f"bias={fmt.bias} is out of range for e{e}m{m}: its numbers reach from 2^{lowest} to below "
            f"2^{highest + 1}, and must stay between 2^-{MAX_EXPONENT} and 2^{MAX_EXPONENT}"
        )


PRESETS = {
    "fp32": FloatFormat(exponent_bits=8, mantissa_bits=23),
    "fp16": FloatFormat(exponent_bits=5, mantissa_bits=10),
    "bf16": FloatFormat(exponent_bits=8, mantissa_bits=7),
    "e5m2": FloatFormat(exponent_bits=5, mantissa_bits=2),
    "e4m3": FloatFormat(exponent_bits=4, mantissa_bits=3),
    "e3m4": FloatFormat(exponent_bits=3, mantissa_bits=4),
    "e4m3fn": FloatFormat(exponent_bits=4, mantissa_bits=3, special="fn"),
    "e5m2fnuz": FloatFormat(exponent_bits=5, mantissa_bits=2, special="fnuz"),
    "e4m3fnuz": FloatFormat(exponent_bits=4, mantissa_bits=3, special="fnuz"),
    "e4m3b11fnuz": FloatFormat(exponent_bits=4, mantissa_bits=3, bias=11, special="fnuz"),
    # "fn" is what the field calls them; unlike in e4m3fn, all ones is a number.
    "e3m2fn": FloatFormat(exponent_bits=3, mantissa_bits=2, special="none"),
    "e2m3fn": FloatFormat(exponent_bits=2, mantissa_bits=3, special="none"),
    "e2m1fn": FloatFormat(exponent_bits=2, mantissa_bits=1, special="none"),
    "e8m0fnu": FloatFormat(
        exponent_bits=8, mantissa_bits=0, bias=127, special="fn", signed=False, has_zero=False
    ),
}


def find_format(name: str, **changes) -> FloatFormat:
    """Return the format of that name, with `changes` to its fields, such as `overflow="saturate"`.

    name: a preset, or any split such as `e6m9` or `e4m2b5fn`: `b` is the bias, then `fn` or `fnuz`; without
    them the format is `ieee`. A change of `special` brings its own default bias and overflow.

    Raises UsageError for a name that is neither, and for a format that cannot be.
    """
    if "special" in changes:
        changes = {"bias": None, "overflow": None} | changes
    if name in PRESETS:
        return dataclasses.replace(PRESETS[name], **changes)
    match = re.fullmatch(r"e(\d+)m(\d+)(?:b(\d+))?(fn|fnuz)?", name)
    if not match:
        raise UsageError(f"{name!r} is no float format: use {', '.join(PRESETS)}, or a split such as e6m9")
    e, m, bias, special = match.groups()
    fields = {"exponent_bits": int(e), "mantissa_bits": int(m), "special": special or "ieee"}
    return FloatFormat(**(fields | {"bias": int(bias) if bias else None} | changes))
