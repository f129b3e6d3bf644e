"""Weights as a memory in front of an engine holds them: the beats of stream `b`, bit by bit."""

import numpy as np

from ..gen.catalog import find_unit
from ..gen.ports import verilog_ports
from .gemm import tile_columns
from .pack import packed_bytes
from .verify import stimulus_module


def packed_weights(unit: str, spec, b) -> dict[str, np.ndarray]:
    """Return every field of the beats of stream `b`, by the end of its port's name (`tdata`, `tlast`, ...).

    b: (K, N) integers, whose columns are padded to whole tiles. A field is uint8 (tiles, beats, bytes): bit i
    of a port is bit i % 8 of byte i // 8, the last byte filled up with zeros. Raises UsageError unless b is
    (K, N) and in range.
    """
    tiles = tile_columns(spec, b)
    beats = [stimulus_module(unit).b_beats(spec, tile) for tile in tiles]
    prefix = "s_axis_b_"
    ports = {port.name.removeprefix(prefix): port for port, _ in verilog_ports(find_unit(unit).build(spec))}
    return {
        f"t{name}": np.stack(
            [_bytes(part[name], ports[f"t{name}"]) for part in beats],
        )
        for name in beats[0]
    }


def _bytes(values: np.ndarray, port) -> np.ndarray:
    return packed_bytes(np.reshape(values, (len(values), port.lanes)), port.lane_width)
