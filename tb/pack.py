"""Lanes of integers to port values and back, a whole sequence of beats at once."""

import numpy as np

#: Bits that are spread out at a time: each takes eight bytes meanwhile.
_CHUNK_BITS = 1 << 22


def packed_bytes(values: np.ndarray, width: int) -> np.ndarray:
    """Pack (beats, lanes) integers of `width` bits into (beats, bytes) uint8, lane 0 in the low bits."""
    values = np.asarray(values)
    rows = max(1, _CHUNK_BITS // max(1, values.shape[1] * width))
    chunks = [values[i : i + rows] for i in range(0, max(1, len(values)), rows)]
    return np.concatenate([np.packbits(to_bits(c, width), axis=1, bitorder="little") for c in chunks])


def to_bits(values: np.ndarray, width: int) -> np.ndarray:
    """Return the bits, lowest first, of (beats, lanes) integers as (beats, lanes * width)."""
    bits = (np.asarray(values, np.int64)[..., None] >> np.arange(width)) & 1
    return bits.astype(np.uint8).reshape(len(values), -1)


def pack_words(values: np.ndarray, width: int) -> np.ndarray:
    """Pack (beats, lanes) integers of `width` bits into (beats, words) uint32, lane 0 in the low bits."""
    packed = packed_bytes(values, width)
    padding = -packed.shape[1] % 4
    return np.ascontiguousarray(np.pad(packed, ((0, 0), (0, padding)))).view(np.uint32)


def pack_ints(values: np.ndarray, width: int) -> list[int]:
    """Pack (beats, lanes) integers of `width` bits into one Python integer per beat."""
    packed = packed_bytes(values, width)
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def unpack_words(words: np.ndarray, lanes: int, width: int, signed: bool) -> np.ndarray:
    """Undo `pack_words`; returns (beats, lanes) int64."""
    bits = np.unpackbits(np.ascontiguousarray(words, np.uint32).view(np.uint8), axis=1, bitorder="little")
    bits = bits[:, : lanes * width].reshape(len(words), lanes, width)
    weights = 1 << np.arange(width, dtype=np.int64)
    if signed:
        weights[-1] = -weights[-1]
    return bits @ weights


def unpack_ints(values: list[int], lanes: int, width: int, signed: bool) -> np.ndarray:
    """Undo `pack_ints`; returns (beats, lanes) int64."""
    size = -(-lanes * width // 32) * 4
    raw = b"".join(value.to_bytes(size, "little") for value in values)
    return unpack_words(np.frombuffer(raw, np.uint32).reshape(len(values), -1), lanes, width, signed)
