import dataclasses
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from float_oracle import grid, search
from hypothesis import given
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.float_code import (
    NAN,
    Randomness,
    convert,
    decode,
    encode,
    from_float64,
    from_words,
    to_float64,
)
from macwright.golden.float_format import PRESETS, FloatFormat, find_format

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
ML_DTYPES = {
    "fp16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "e5m2": ml_dtypes.float8_e5m2,
    "e4m3": ml_dtypes.float8_e4m3,
    "e3m4": ml_dtypes.float8_e3m4,
    "e4m3fn": ml_dtypes.float8_e4m3fn,
    "e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "e4m3b11fnuz": ml_dtypes.float8_e4m3b11fnuz,
    "e3m2fn": ml_dtypes.float6_e3m2fn,
    "e2m3fn": ml_dtypes.float6_e2m3fn,
    "e2m1fn": ml_dtypes.float4_e2m1fn,
    "e8m0fnu": ml_dtypes.float8_e8m0fnu,
}
GFLOAT = {
    "fp16": "binary16",
    "bf16": "bfloat16",
    "e5m2": "ocp_e5m2",
    "e4m3fn": "ocp_e4m3",
    "e3m2fn": "ocp_e3m2",
    "e2m3fn": "ocp_e2m3",
    "e2m1fn": "ocp_e2m1",
    "e8m0fnu": "ocp_e8m0",
}
OTHERS = ("e6m9", "e3m3", "e2m5fn", "e5m3fnuz", "e4m2b5fn", "e1m4", "e5m1")
SMALL = [*ML_DTYPES, *OTHERS]


def all_codes(fmt):
    return np.arange(1 << fmt.bits)


def same(values, expected):
    """Equal as numbers, with signs of zeros and NaN for NaN."""
    with np.errstate(invalid="ignore"):  # signalling NaN
        values, expected = np.asarray(values).astype(np.float64), np.asarray(expected).astype(np.float64)
    equal = (values == expected) & (np.signbit(values) == np.signbit(expected))
    return (equal | (np.isnan(values) & np.isnan(expected))).all()


def ml_codes(values, name):
    kind = np.uint16 if PRESETS[name].bits == 16 else np.uint8
    with np.errstate(all="ignore"):
        return values.astype(np.float32).astype(ML_DTYPES[name]).view(kind).astype(np.int64)


def samples(fmt):
    """float32 numbers: around every number and tie, every bfloat16, random bits, the ends."""
    numbers = grid(fmt)[:: max(1, fmt.max_code // 4096)]
    middles = (numbers[1:] + numbers[:-1]) / 2
    with np.errstate(over="ignore"):
        edges = np.concatenate([numbers, middles]).astype(np.float32)
    near = np.concatenate([edges, np.nextafter(edges, np.float32(0)), np.nextafter(edges, np.float32(1e38))])
    bits = np.random.default_rng(5).integers(0, 1 << 32, 50_000, np.uint32).view(np.float32)
    every = (np.arange(1 << 16, dtype=np.uint32) << 16).view(np.float32)
    return np.concatenate([near, -near, bits, every])


def test_every_preset_of_at_most_16_bits_has_an_oracle():
    assert set(ML_DTYPES) == {name for name, fmt in PRESETS.items() if fmt.bits <= 16}


@pytest.mark.parametrize("name", ML_DTYPES)
def test_every_code_means_what_ml_dtypes_says(name):
    fmt = PRESETS[name]
    kind = np.uint16 if fmt.bits == 16 else np.uint8
    codes = all_codes(fmt)
    assert same(to_float64(codes, fmt=fmt), codes.astype(kind).view(ML_DTYPES[name]))


@pytest.mark.parametrize("name", [n for n, f in PRESETS.items() if f.special == "ieee"] + ["e6m9", "e3m3"])
def test_every_code_means_what_apytypes_says(name):
    apytypes = pytest.importorskip("apytypes")
    fmt = find_format(name)
    codes = all_codes(fmt) if fmt.bits <= 16 else np.random.default_rng(1).integers(0, 1 << 32, 20_000)
    array = apytypes.APyFloatArray.from_bits(codes.tolist(), fmt.exponent_bits, fmt.mantissa_bits, fmt.bias)
    assert same(to_float64(codes, fmt=fmt), array.to_numpy())


@pytest.mark.parametrize("name", GFLOAT)
def test_every_code_means_what_gfloat_says(name):
    gfloat = pytest.importorskip("gfloat")
    fmt = PRESETS[name]
    info = getattr(pytest.importorskip("gfloat.formats"), f"format_info_{GFLOAT[name]}")
    assert same(to_float64(all_codes(fmt), fmt=fmt), gfloat.decode_ndarray(info, all_codes(fmt)))


# Their ties of e8m0 go to the even exponent, and what is below 2^-127 is not rounded to one of its numbers.
@pytest.mark.parametrize("name", [name for name in GFLOAT if name != "e8m0fnu"])
@pytest.mark.parametrize("overflow", ["default", "saturate"])
def test_rounding_agrees_with_gfloat(name, overflow):
    gfloat = pytest.importorskip("gfloat")
    info = getattr(pytest.importorskip("gfloat.formats"), f"format_info_{GFLOAT[name]}")
    saturates = overflow == "saturate" or PRESETS[name].overflow == "saturate"
    fmt = find_format(name, **({"overflow": "saturate"} if saturates else {}))
    with np.errstate(invalid="ignore"):
        values = np.append(samples(fmt)[::7].astype(np.float64), [np.inf, -np.inf, 0.0, -0.0])
    if fmt.nan_code is None:
        values = values[~np.isnan(values)]
    for rounding, theirs in (
        ("nearest_even", gfloat.RoundMode.TiesToEven),
        ("toward_zero", gfloat.RoundMode.TowardZero),
    ):
        ours = to_float64(from_float64(values, fmt=fmt, rounding=rounding), fmt=fmt)
        assert same(ours, gfloat.round_ndarray(info, values, theirs, saturates))


@pytest.mark.parametrize("name", ML_DTYPES)
def test_rounding_agrees_with_ml_dtypes(name):
    fmt = PRESETS[name]
    values = samples(fmt)
    ours, theirs = from_float64(values, fmt=fmt), ml_codes(values, name)
    nan = np.isnan(values)
    if fmt.nan_code is None:
        assert (ours[nan] == fmt.max_code).all()  # they return a zero
    else:
        # They keep the sign of NaN, and give overflow of e4m3fn one.
        ours_nan, theirs_nan = (decode(codes, fmt=fmt).kind == NAN for codes in (ours, theirs))
        assert (ours[ours_nan] == fmt.nan_code).all() and ours_nan[nan].all()
        if not fmt.has_zero:
            assert (ours[values == 0] == 0).all()  # they return NaN
            theirs_nan &= values != 0
        assert (ours_nan == theirs_nan).all()
        nan = ours_nan
    if not fmt.has_zero:
        # Theirs goes up between 2^-127 and the tie above it, where float32 is subnormal.
        nan |= (values == 0) | (values > 2.0**-127) & (values < 1.5 * 2.0**-127)
    assert (ours[~nan] == theirs[~nan]).all()


def test_fp32_rounds_as_numpy_does():
    rng = np.random.default_rng(2)
    bits = rng.integers(0, 1 << 32, 100_000, np.uint32)
    with np.errstate(all="ignore"):
        wide = bits.view(np.float32).astype(np.float64) * (1 + rng.integers(-4, 5, bits.size) * 2.0**-25)
        theirs = wide.astype(np.float32)
    ours = from_float64(wide, fmt=PRESETS["fp32"])
    number = ~np.isnan(wide)
    assert (ours[number] == theirs[number].view(np.uint32)).all()
    assert (ours[~number] == 0x7FC00000).all()
    assert same(to_float64(bits, fmt=PRESETS["fp32"]), bits.view(np.float32))


def test_float64_is_rounded_once():
    just_above_a_tie = 1 + 2.0**-8 + 2.0**-40
    assert to_float64(from_float64(just_above_a_tie, fmt=PRESETS["bf16"]), fmt=PRESETS["bf16"]) == 1 + 2.0**-7


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("rounding", ["nearest_even", "toward_zero"])
@pytest.mark.parametrize("overflow", ["default", "saturate"])
def test_rounding_finds_the_right_neighbour(name, rounding, overflow):
    fmt = find_format(name, **({} if overflow == "default" else {"overflow": overflow}))
    with np.errstate(invalid="ignore"):  # signalling NaN
        values = samples(fmt).astype(np.float64)
    values = np.concatenate([values, values * (1 + 2.0**-50), values * (1 - 2.0**-50)])
    if not fmt.signed and (rounding == "toward_zero" or overflow == "saturate"):
        values = np.abs(values)
    with np.errstate(invalid="ignore"):
        assert (from_float64(values, fmt=fmt, rounding=rounding) == search(values, fmt, rounding)).all()


@pytest.mark.parametrize("name", SMALL)
def test_codes_survive_decode_and_encode(name):
    fmt = find_format(name, overflow=None)
    codes = all_codes(fmt)
    back = encode(*decode(codes, fmt=fmt), fmt=fmt)
    number = decode(codes, fmt=fmt).kind != NAN
    assert (back[number] == codes[number]).all() and (back[~number] == fmt.nan_code).all()


def test_formats_convert_into_each_other():
    e4m3fn, fp16, bf16 = PRESETS["e4m3fn"], PRESETS["fp16"], PRESETS["bf16"]
    codes = all_codes(e4m3fn)
    there = convert(codes, source=e4m3fn, target=fp16)
    back = convert(there, source=fp16, target=e4m3fn)
    assert (np.where(codes == 0xFF, 0x7F, codes) == back).all()
    wide = all_codes(bf16)
    assert (convert(wide, source=bf16, target=fp16) == search(to_float64(wide, fmt=bf16), fp16)).all()


@pytest.mark.parametrize("name", ["bf16", "e4m3fn", "e5m2", "e2m1fn", "e8m0fnu", "e3m3"])
def test_stochastic_rounding_goes_up_as_often_as_the_fraction_says(name):
    fmt, bits = find_format(name), 4
    steps = grid(fmt)[:: max(1, fmt.max_code // 512)]
    low = np.unique(search(steps, fmt))
    low = low[low < fmt.max_code]
    base, unit = grid(fmt)[low], np.diff(grid(fmt))[low]
    for sixty_fourths in (0, 1, 3, 4, 31, 33, 60, 63):
        values = base + unit * sixty_fourths / 64
        random = Randomness(np.arange(16)[:, None], bits)
        codes = from_float64(values, fmt=fmt, rounding="stochastic", random=random)
        up = (codes - low).sum(axis=0)
        assert ((codes == low) | (codes == low + 1)).all()
        assert (up == sixty_fourths // 4).all()


def test_subnormals_are_flushed_where_the_format_says():
    tiny = np.array([1, 7, 0x81, 0x08])
    for subnormals, read, written in [
        ("keep", tiny, tiny),
        ("flush_in", [0, 0, 0x80, 8], tiny),
        ("flush_out", tiny, [0, 0, 0x80, 8]),
        ("flush", [0, 0, 0x80, 8], [0, 0, 0x80, 8]),
    ]:
        plain, fmt = PRESETS["e4m3"], find_format("e4m3", subnormals=subnormals)
        assert (convert(tiny, source=fmt, target=plain) == read).all()
        assert (convert(tiny, source=plain, target=fmt) == written).all()
    # What rounds up to the smallest normal number is no subnormal.
    assert from_float64(PRESETS["e4m3"].min_normal * 0.99, fmt=find_format("e4m3", subnormals="flush")) == 8


def test_overflow_goes_where_the_format_says():
    values = np.array([1e30, -1e30, np.inf, -np.inf])
    for overflow, expected in [
        ("inf", [0x78, 0xF8, 0x78, 0xF8]),
        ("nan", [0x7C] * 4),
        ("saturate", [0x77, 0xF7] * 2),
    ]:
        assert from_float64(values, fmt=find_format("e4m3", overflow=overflow)).tolist() == expected
    assert from_float64(values, fmt=PRESETS["e4m3"], rounding="toward_zero").tolist() == [119, 247, 120, 248]


def test_unsigned_formats_have_no_negative_numbers():
    values = np.array([-1.0, -0.0, 2.0, -np.inf, np.inf])
    for overflow, expected in [("inf", [124, 0, 64, 124, 120]), ("saturate", [0, 0, 64, 0, 119])]:
        fmt = find_format("e4m3", signed=False, overflow=overflow)
        assert from_float64(values, fmt=fmt).tolist() == expected


def test_fixed_point_is_a_format_without_exponent_bits():
    fmt = FloatFormat(exponent_bits=0, mantissa_bits=7, bias=-6, special="none")
    assert same(to_float64(np.arange(128), fmt=fmt), np.arange(128.0))
    assert from_float64([2.5, -3.5, 200.0], fmt=fmt).tolist() == [2, 128 + 4, 127]


@given(st.integers(0, (1 << 124) - 1), st.integers(-200, 200), st.sampled_from(["fp32", "bf16", "e5m2"]))
def test_wide_significands_are_cut_without_rounding(wide, exponent, name):
    fmt = PRESETS[name]
    significand, cut, sticky = from_words(wide >> 62, wide & (1 << 62) - 1)
    code = encode(0, exponent + cut, significand, fmt=fmt, sticky=sticky)
    drop = max(wide.bit_length() - 60, 0)
    jammed = (wide >> drop) | bool(wide & (1 << drop) - 1)
    assert code == encode(0, exponent + drop, jammed, fmt=fmt)


@pytest.mark.parametrize("zeros", [40, 70, 100])
@pytest.mark.parametrize("rounding, ups", [("nearest_even", {0: "odd", 1: "all"}), ("toward_zero", {})])
def test_what_lies_beyond_the_words_decides_ties(zeros, rounding, ups):
    fmt = PRESETS["e5m2"]
    for significand in range(4, 8):
        for beyond in (-1, 0, 1):
            wide = (2 * significand + 1 << zeros) + beyond
            kept, cut, sticky = from_words(wide >> 62, wide & (1 << 62) - 1)
            assert sticky == (beyond != 0 and zeros > 62)
            code = encode(0, cut - zeros - 1, kept, fmt=fmt, sticky=sticky, rounding=rounding)
            up = ups.get(beyond) == "all" or ups.get(beyond) == "odd" and significand % 2 == 1
            assert to_float64(code, fmt=fmt) == significand + up


def test_exponents_far_out_of_range():
    fmt = PRESETS["e4m3"]
    for sign in (0, 1):
        far = [encode(sign, e, s, fmt=fmt) for s in (0, 5) for e in (-(10**12), -500, 500, 10**12)]
        assert [int(code) & 0x7F for code in far] == [0, 0, 0, 0, 0, 0, 0x78, 0x78]
        assert {int(code) >> 7 for code in far} == {sign}


@given(st.integers(0, 8), st.integers(0, 23), st.sampled_from(["ieee", "fn", "fnuz", "none"]), st.booleans())
def test_every_split_works_or_is_refused(e, m, special, signed):
    try:
        fmt = FloatFormat(exponent_bits=e, mantissa_bits=m, special=special, signed=signed)
    except UsageError:
        return
    assert eval(repr(fmt)) == fmt
    ends = [0, 1, fmt.max_code, fmt.max_code >> 1]
    assert encode(*decode(ends, fmt=fmt), fmt=fmt).tolist() == ends
    assert to_float64(fmt.max_code, fmt=fmt) == fmt.max_value
    assert to_float64(ends, fmt=fmt).max() == fmt.max_value


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"exponent_bits": 0, "mantissa_bits": 0}, "leave no bits for a number"),
        ({"exponent_bits": 9, "mantissa_bits": 3}, "exponent_bits=9 is not a width from 0 to 8"),
        ({"exponent_bits": 4, "mantissa_bits": 24}, "mantissa_bits=24 is not a width from 0 to 23"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "bias": 400}, r"bias=400 is out of range.*2\^-402"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "bias": 0.5}, "bias=0.5 is not a whole number"),
        ({"exponent_bits": 4, "mantissa_bits": 0}, "e4m0 has not both"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "special": "fn", "overflow": "inf"}, "no code for Inf"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "special": "none", "overflow": "nan"}, "no code for NaN"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "special": "fnuz", "signed": False}, "needs signed=True"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "has_zero": False}, "unsigned powers of two"),
        ({"exponent_bits": 4, "mantissa_bits": 3, "special": "ocp"}, "'ocp' is not one of ieee, fn"),
        ({"exponent_bits": 1, "mantissa_bits": 3, "subnormals": "flush"}, "no number but zero"),
        ({"exponent_bits": 1, "mantissa_bits": 0, "special": "fn"}, "no number but zero"),
    ],
)
def test_formats_that_cannot_be_are_refused(fields, message):
    with pytest.raises(UsageError, match=message):
        FloatFormat(**fields)


def test_names_lead_to_formats():
    assert find_format("e4m3b11fnuz") is not None and find_format("e6m9").bits == 16
    assert find_format("e3m4", special="none").overflow == "saturate"
    assert find_format("e4m3fn", overflow="saturate") == dataclasses.replace(
        PRESETS["e4m3fn"], overflow="saturate"
    )
    with pytest.raises(UsageError, match="'fp9' is no float format: use fp32"):
        find_format("fp9")


def test_the_documentation_has_the_presets():
    rows = [line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    rows = {
        cells[0].strip(" `"): [cell.strip(" `") for cell in cells[1:]] for cells in rows if len(cells) == 11
    }
    assert list(rows) == list(PRESETS)
    for name, fmt in PRESETS.items():
        codes = ["-" if c is None else f"{c:0{(fmt.bits + 3) // 4}x}" for c in (fmt.inf_code, fmt.nan_code)]
        assert rows[name] == [
            str(fmt.bits),
            f"{fmt.exponent_bits}, {fmt.mantissa_bits}",
            str(fmt.bias),
            fmt.special,
            f"{fmt.max_value:.8g}",
            f"2^{fmt.min_exponent}",
            f"2^{fmt.min_exponent - fmt.mantissa_bits}",
            *codes,
            fmt.overflow,
        ]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda f: decode([256], fmt=f), r"codes\[0\] = 256 is outside 0..255"),
        (lambda f: encode(0, 0, 1 << 62, fmt=f), "significand"),
        (lambda f: encode(0, 0, 3, sticky=True, fmt=f), "at least 5 significant bits"),
        (lambda f: encode(0, 0, 3, 3, fmt=f), "kind=3"),
        (lambda f: encode(0, 0.5, 3, fmt=f), "exponent must hold integers"),
        (lambda f: encode(0, 0, 3, fmt=f, rounding="up"), "rounding='up' is not one of"),
        (lambda f: encode(0, 0, 3, fmt=f, rounding="stochastic"), "needs random"),
        (lambda f: encode(0, 0, 3, fmt=f, random=Randomness(0, 3)), "takes no random"),
        (lambda f: encode(0, 0, 3, fmt=f, rounding="stochastic", random=Randomness(9, 3)), "outside 0..7"),
        (lambda f: encode(0, 0, 3, fmt=f, rounding="stochastic", random=Randomness(9, 33)), "1 to 32"),
        (lambda f: from_float64(np.zeros(1, np.longdouble), fmt=f), "float64 or narrower"),
        (lambda f: from_float64([1], fmt=f), "float64 or narrower, not int64"),
    ],
)
def test_operands_out_of_range_are_refused(call, message):
    with pytest.raises(UsageError, match=message):
        call(PRESETS["e4m3"])
