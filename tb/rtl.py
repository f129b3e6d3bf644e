"""The emitted Verilog as a function: compiled by Verilator, called on NumPy arrays, a batch per call.

A few lines of C++ loop over clock cycles (`Rtl.clock`) or over handshakes (`Rtl.stream`); millions of cycles
a second (`make bench`) make exhaustive checks cheap and let anyone compute with the real hardware.
"""

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..gen.cache import build_folder, content_key
from ..gen.child import run_tool
from ..gen.lint import waiver_options
from ..gen.ports import Port
from ..gen.version import package_version
from ..golden.errors import UsageError
from ..hdl.spec import nearest
from .pack import pack_words, unpack_words
from .rtl_shim import shim_source
from .simulators import simulator_environment, verilator_root
from .transaction import Beats, BenchFailure

if TYPE_CHECKING:
    # With it come all units, which a simulation of one need not load.
    from ..gen.verilog import Verilog

#: Seconds for one run of a compiler; a 64x64 array takes about a minute.
COMPILE_LIMIT = 1800
#: Cycles without a handshake after which beats that are missing will not come.
QUIET_LIMIT = 100_000
#: The parts of Verilator's runtime that a model without timing and tracing needs.
_RUNTIME = ("verilated", "verilated_threads")
#: More than -O1 makes a model no faster, and two to three times as long to compile.
_COMPILE = ("g++", "-std=c++17", "-O1", "-fPIC", "-DVL_TIME_CONTEXT", "-DVM_COVERAGE=0", "-DVM_TRACE=0", "-w")


class Rtl:
    """Compiled hardware; one instance is one device with its own registers."""

    def __init__(self, verilog: "Verilog", progress: Callable[[str], None] = lambda _: None):
        """Compile, or take from the cache, the model of `verilog`, and reset it."""
        self.verilog = verilog
        self.ports = {p.name: p for p in verilog.ports}
        library = ctypes.CDLL(str(_compile(verilog, progress)))
        self._clock, self._stream, self._delete = library.rtl_clock, library.rtl_stream, library.rtl_delete
        library.rtl_new.restype = ctypes.c_void_p
        self._stream.restype = ctypes.c_int64
        self._handle = ctypes.c_void_p(library.rtl_new())
        self._inputs = [p for p in verilog.ports if p.direction == "input"]
        self._outputs = [p for p in verilog.ports if p.direction == "output"]
        self.reset()

    def __del__(self):
        if hasattr(self, "_handle"):
            self._delete(self._handle)

    def reset(self) -> None:
        """Hold reset for two cycles with every input at 0."""
        self._run_clock({}, 2, reset=True)

    def clock(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Drive one row of values per clock cycle; inputs not given are 0.

        inputs: port name to (cycles,) or (cycles, lanes) integers. Returns every output as it stands before
        the rising edge that ends each cycle, with the same shapes. A value is taken modulo its port's width.
        Raises UsageError if a port is unknown or the arrays differ in length.
        """
        return self._run_clock(inputs, _length(inputs, [p.name for p in self._inputs]))

    def _run_clock(
        self, inputs: dict[str, np.ndarray], cycles: int, reset: bool = False
    ) -> dict[str, np.ndarray]:
        columns = [
            _encode(inputs[p.name], p) if p.name in inputs else _empty(p, cycles, zero=True)
            for p in self._inputs
        ]
        results = [_empty(p, cycles) for p in self._outputs]
        self._clock(self._handle, _pointers(columns), _pointers(results), ctypes.c_uint64(cycles), int(reset))
        return {p.name: _decode(r, p) for p, r in zip(self._outputs, results, strict=True)}

    def stream(self, inputs: dict[str, Beats], wanted: dict[str, int]) -> tuple[dict[str, Beats], int]:
        """Feed whole streams and collect beats, as fast as the hardware takes and gives them.

        inputs: beats per input stream; wanted: number of beats per output stream. Returns the beats and the
        cycles taken. Raises UsageError if the fields of a stream differ in length, BenchFailure if beats
        are missing and nothing has moved for QUIET_LIMIT cycles.
        """
        columns, counts, results, goals = [], [], [], []
        for name, into in self.verilog.streams.items():
            fields = self._fields(name)
            if into:
                columns += [_encode(inputs[name][f], p) for f, p in fields.items()]
                counts.append(_length(inputs[name], list(fields)))
            else:
                results += [_empty(p, wanted[name]) for p in fields.values()]
                goals.append(wanted[name])
        cycles = self._stream(
            self._handle,
            _pointers(columns),
            (ctypes.c_uint64 * len(counts))(*counts),
            _pointers(results),
            (ctypes.c_uint64 * len(goals))(*goals),
            ctypes.c_uint64(QUIET_LIMIT),
        )
        if cycles < 0:
            raise BenchFailure(
                f"{self.verilog.top} is short of beats, and nothing moved for {QUIET_LIMIT} cycles"
            )
        collected, remaining = {}, iter(results)
        for name, into in self.verilog.streams.items():
            if not into:
                collected[name] = {f: _decode(next(remaining), p) for f, p in self._fields(name).items()}
        return collected, cycles

    def _fields(self, stream: str) -> dict[str, Port]:
        prefix = f"{'s' if self.verilog.streams[stream] else 'm'}_axis_{stream}_t"
        handshake = (f"{prefix}valid", f"{prefix}ready")
        return {
            n.removeprefix(prefix): p
            for n, p in self.ports.items()
            if n.startswith(prefix) and n not in handshake
        }


def _length(columns: dict[str, np.ndarray], known: list[str]) -> int:
    """Return the common length of named columns, all of which must be known."""
    for name in columns:
        if name not in known:
            raise UsageError(f"there is no input {name!r}: {nearest(name, known)}")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1:
        raise UsageError(f"inputs must have equal numbers of rows, not {lengths}")
    return next(iter(lengths.values()))


def _dtype(port: Port) -> np.dtype:
    """Return the type in which Verilator keeps a port; wider ones are rows of 32-bit words."""
    return np.dtype(next((f"u{size}" for size in (1, 2, 4, 8) if port.width <= 8 * size), "u4"))


def _empty(port: Port, cycles: int, zero: bool = False) -> np.ndarray:
    shape = (cycles, -(-port.width // 32)) if port.width > 64 else cycles
    return (np.zeros if zero else np.empty)(shape, _dtype(port))


def _encode(values: np.ndarray, port: Port) -> np.ndarray:
    values = np.asarray(values)
    if port.lanes == 1 and port.width <= 64:
        unsigned = np.ascontiguousarray(values.reshape(len(values)).astype(_dtype(port)))
        return (
            unsigned
            if port.width == 8 * unsigned.itemsize
            else unsigned & _dtype(port).type((1 << port.width) - 1)
        )
    words = pack_words(values.reshape(len(values), port.lanes), port.lane_width)
    if port.width > 64:
        return words
    wide = words[:, 0].astype(np.uint64) | (words[:, -1].astype(np.uint64) << (32 if port.width > 32 else 0))
    return wide.astype(_dtype(port))


def _decode(raw: np.ndarray, port: Port) -> np.ndarray:
    if port.lanes == 1 and port.width < 64:
        values = raw.astype(np.int64)
        if port.signed:  # Move the sign bit to the top and back.
            values <<= 64 - port.width
            values >>= 64 - port.width
        return values
    if raw.ndim == 1:
        raw = np.ascontiguousarray(raw.astype(np.uint64)).view(np.uint32).reshape(len(raw), 2)
    return unpack_words(raw, port.lanes, port.lane_width, port.signed)


def _pointers(arrays: list[np.ndarray]):
    return (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))


def _compile(verilog: "Verilog", progress: Callable[[str], None]) -> Path:
    environment = simulator_environment("verilator")
    include = verilator_root() / "include"
    version = str(package_version("verilator"))

    def run(command: list[str], folder: Path) -> None:
        run_tool(command, folder, f"{command[0]}, compiling {verilog.top},", COMPILE_LIMIT, environment)

    with build_folder("verilator-runtime", content_key(version, *_COMPILE)) as (runtime, complete):
        if not complete:
            progress("compiling Verilator's runtime, once")
            for part in _RUNTIME:
                run(
                    [*_COMPILE, f"-I{include}", "-c", str(include / f"{part}.cpp"), "-o", f"{part}.o"],
                    runtime,
                )
    shim = shim_source(verilog)
    with build_folder("rtl", content_key(version, verilog.text, shim, *_COMPILE)) as (folder, complete):
        if not complete:
            progress(f"compiling {verilog.top}")
            (folder / "design.v").write_text(verilog.text)
            (folder / "shim.cpp").write_text(shim)
            options = [
                "--cc",
                "-O3",
                "--x-assign",
                "fast",
                "--x-initial",
                "fast",
                "-Wall",
                *waiver_options(),
            ]
            run(
                ["verilator_bin", *options, "--prefix", "Vdut", "--top-module", verilog.top, "design.v"],
                folder,
            )
            model = folder / "obj_dir"
            names = sorted(p.name for p in model.glob("*.cpp"))
            # Half of the text is for what happens once. Each half is one file, or most of the time would go
            # into reading the same headers for each of the many that Verilator writes.
            slow = [name for name in names if name.endswith("__Slow.cpp")]
            fast = [name for name in names if name not in slow] + ["../shim.cpp"]
            for half, part in (("slow", slow), ("fast", fast)):
                (model / f"{half}.cpp").write_text("".join(f'#include "{name}"\n' for name in part))
            compiler = [*_COMPILE, f"-I{include}", f"-I{include / 'vltstd'}", "-I."]
            run([*compiler, "-O0", "-c", "slow.cpp"], model)
            objects = ["slow.o", *(str(runtime / f"{part}.o") for part in _RUNTIME)]
            run([*compiler, "-shared", "fast.cpp", *objects, "-o", "../rtl.so"], model)
    return folder / "rtl.so"
