"""The generic stream bench, run inside a simulator by cocotb: drives, watches, compares.

Every cycle the harness sets its inputs together with the falling clock edge, lets them settle, looks at
all outputs just before the rising edge and counts the handshakes that this edge completes.
"""

import random

import numpy as np
from cocotb.triggers import Timer

from ..gen.ports import Port
from .pack import pack_ints, unpack_ints
from .transaction import Beats, BenchFailure, Scenario, Transaction

HALF_PERIOD_NS = 5


class Stream:
    """Handles and bookkeeping that both directions share."""

    def __init__(self, dut, prefix: str, ports: list[Port], rng: random.Random, stall: float):
        self.prefix, self.rng, self.stall = prefix, rng, stall
        self.valid = getattr(dut, f"{prefix}valid")
        self.ready = getattr(dut, f"{prefix}ready", None)
        self.ports = {p.name.removeprefix(prefix): p for p in ports if p.name.startswith(prefix)}
        self.fields = {f: getattr(dut, f"{prefix}{f}") for f in self.ports if f not in ("valid", "ready")}
        self.cycles: list[int] = []

    def bit(self, handle) -> int:
        """Return a handshake signal's value, which must be known."""
        value = str(handle.value)
        if value not in "01":
            raise BenchFailure(f"{handle._name} is {value} after reset")
        return int(value)


class Source(Stream):
    """Feeds one input stream; `cycles` lists when each beat was accepted."""

    def load(self, beats: list[Beats]) -> None:
        """Queue the beats of all transactions."""
        self.queue = []
        for field in self.fields:
            port = self.ports[field]
            values = np.concatenate([b[field] for b in beats]).reshape(-1, port.lanes)
            self.queue.append(pack_ints(values, port.lane_width))
        self.length = len(self.queue[0])
        self.position = 0
        self.presenting = False

    def drive(self) -> None:
        """Present the next beat, unless holding back; a presented beat stays."""
        if self.presenting or self.position == self.length or self.rng.random() < self.stall:
            return
        for handle, values in zip(self.fields.values(), self.queue, strict=True):
            handle.value = values[self.position]
        self.valid.value = 1
        self.presenting = True

    def watch(self, cycle: int) -> None:
        """Take note if the presented beat is accepted in this cycle."""
        if self.presenting and (self.ready is None or self.bit(self.ready)):
            self.cycles.append(cycle)
            self.position += 1
            self.presenting = False

    def settle(self) -> None:
        """Withdraw valid after a cycle unless the next beat follows at once."""
        if not self.presenting:
            self.valid.value = 0


class Sink(Stream):
    """Takes one output stream and checks its protocol; `beats` holds what came, `offered` when."""

    def __init__(self, *args, patient: bool = False):
        super().__init__(*args)
        self.patient = patient
        self.beats: list[tuple[int, ...]] = []
        self.offered: list[int] = []
        self.held: tuple[int, ...] | None = None
        self.accepting = False

    def drive(self) -> None:
        """Decide whether to take a beat in this cycle."""
        ready = self.rng.random() >= self.stall and not (self.patient and self.held is None)
        self.accepting = ready or self.ready is None
        if self.ready is not None:
            self.ready.value = int(ready)

    def watch(self, cycle: int) -> None:
        """Check the protocol and take the beat if there is one."""
        if not self.bit(self.valid):
            if self.held is not None:
                raise BenchFailure(
                    f"{self.prefix}valid was withdrawn in cycle {cycle} before the beat was taken"
                )
            return
        beat = tuple(self.number(handle, cycle) for handle in self.fields.values())
        if self.held is None:
            self.offered.append(cycle)
        elif beat != self.held:
            raise BenchFailure(
                f"the payload of {self.prefix}* changed in cycle {cycle} while it waited for ready"
            )
        self.held = None if self.accepting else beat
        if self.accepting:
            self.cycles.append(cycle)
            self.beats.append(beat)

    def number(self, handle, cycle: int) -> int:
        """Return a payload field, which must be known while valid."""
        try:
            return int(handle.value)
        except ValueError:
            raise BenchFailure(f"{handle._name} has unknown bits in cycle {cycle} while valid") from None


class Harness:
    """One device under test with its streams; runs scenarios and raises BenchFailure."""

    def __init__(self, dut, ports: list[Port], streams: dict[str, bool], reset: str, latency: int | None):
        self.dut, self.ports, self.streams, self.latency = dut, ports, streams, latency
        self.reset_handle = getattr(dut, "rst" if reset == "sync" else "rst_n", None)
        self.reset_active = 1 if reset == "sync" else 0
        self.cycle = 0

    async def run(self, scenario: Scenario, seed: int, timing: bool = True) -> int:
        """Run one scenario and return the cycles it took."""
        self.cycle = 0
        if scenario.abort is not None:
            self.connect(scenario, seed)
            await self.reset()
            for _ in range(scenario.abort):
                await self.step()
            self.compare(scenario)
        self.connect(scenario, seed)
        await self.reset()
        await self.exchange(scenario)
        self.compare(scenario)
        for port, expected in scenario.status.items():
            if (found := str(getattr(self.dut, port).value)) != f"{expected:b}":
                raise BenchFailure(f"{port} is {found}, not {expected:b}, at the end")
        if timing and scenario.free_running:
            self.check_timing(scenario)
        return self.cycle

    def connect(self, scenario: Scenario, seed: int) -> None:
        """Make fresh drivers and monitors for every stream."""
        self.sources, self.sinks = {}, {}
        for name, into in self.streams.items():
            prefix = f"{'s' if into else 'm'}_axis_{name}_t"
            args = (
                self.dut,
                prefix,
                self.ports,
                random.Random(f"{seed}/{scenario.name}/{name}"),
                scenario.stalls.get(name, 0.0),
            )
            if into:
                self.sources[name] = Source(*args)
                self.sources[name].load([t.inputs[name] for t in scenario.transactions])
            else:
                self.sinks[name] = Sink(*args, patient=scenario.patient)

    async def reset(self) -> None:
        """Hold reset for two cycles with every input stream idle."""
        for source in self.sources.values():
            source.valid.value = 0
            for handle in source.fields.values():
                handle.value = 0
        for sink in self.sinks.values():
            if sink.ready is not None:
                sink.ready.value = 0
        if self.reset_handle is not None:
            self.reset_handle.value = self.reset_active
        for _ in range(2):
            await self.clock()
        if self.reset_handle is not None:
            self.reset_handle.value = 1 - self.reset_active

    async def clock(self, watch=()) -> None:
        """One clock cycle; `watch` is called when everything has settled, before the rising edge."""
        self.dut.clk.value = 0
        await Timer(HALF_PERIOD_NS, "ns")
        for stream in watch:
            stream.watch(self.cycle)
        self.dut.clk.value = 1
        await Timer(HALF_PERIOD_NS, "ns")
        for source in self.sources.values():
            source.settle()
        self.cycle += 1

    async def step(self) -> None:
        """One cycle with all streams taking part."""
        streams = (*self.sources.values(), *self.sinks.values())
        for stream in streams:
            stream.drive()
        await self.clock(streams)

    async def exchange(self, scenario: Scenario) -> None:
        """Step until everything expected has come, and a while longer to see that nothing else does."""
        expected = {
            n: sum(len(next(iter(t.outputs[n].values()))) for t in scenario.transactions) for n in self.sinks
        }
        beats = sum(s.length for s in self.sources.values()) + sum(expected.values())
        quiet_limit = 200 + 4 * (self.latency or 100) + max((t.cycles or 0) for t in scenario.transactions)
        idle = 0
        while any(len(s.beats) < expected[n] for n, s in self.sinks.items()):
            before = sum(len(s.cycles) for s in (*self.sources.values(), *self.sinks.values()))
            await self.step()
            moved = sum(len(s.cycles) for s in (*self.sources.values(), *self.sinks.values())) > before
            idle = 0 if moved else idle + 1
            if idle > quiet_limit:
                left = {n: expected[n] - len(s.beats) for n, s in self.sinks.items()}
                raise BenchFailure(
                    f"nothing moved for {idle} cycles; beats still to come: {left} of {beats} in all"
                )
        for _ in range((self.latency or 20) + 10):
            await self.step()
        for name, sink in self.sinks.items():
            if len(sink.beats) > expected[name]:
                raise BenchFailure(f"{name} delivered {len(sink.beats)} beats where {expected[name]} belong")

    def compare(self, scenario: Scenario) -> None:
        """Compare what came out with what belongs there, and name the first difference."""
        for name, sink in self.sinks.items():
            start = 0
            for transaction in scenario.transactions:
                fields = transaction.outputs[name]
                length = len(next(iter(fields.values())))
                beats = sink.beats[start : start + length]
                for i, field in enumerate(sink.fields):
                    self.compare_field(
                        sink, transaction.name, name, field, [b[i] for b in beats], fields[field]
                    )
                start += length

    def compare_field(
        self, sink: Sink, where: str, name: str, field: str, raw: list[int], expected: np.ndarray
    ) -> None:
        """Raise at the first element in which a field of a result differs."""
        if not raw:
            return
        port = sink.ports[field]
        # Before a reset in mid-flight less may have come.
        expected = expected.reshape(len(expected), port.lanes)[: len(raw)]
        found = unpack_ints(raw, port.lanes, port.lane_width, port.signed)
        wrong = np.argwhere(found != expected)
        if len(wrong):
            row, lane = (int(i) for i in wrong[0])
            raise BenchFailure(
                f"{where}: {name}.{field}[{row}, {lane}] is {found[row, lane]} and should be "
                f"{expected[row, lane]} ({len(wrong)} of {expected.size} differ)"
            )

    def beats_after(self, transaction: Transaction) -> dict[str, int | None]:
        """Return, by input stream, how many beats come after the one that the first result waits for."""
        return dict.fromkeys(self.sources, 0) | transaction.beats_after

    def check_timing(self, scenario: Scenario) -> None:
        """Compare the cycles on the waveform with the promised latency and throughput."""
        accepted = {n: 0 for n in self.sources}
        offered = {n: 0 for n in self.sinks}
        previous = None
        for transaction in scenario.transactions:
            for n in self.sources:
                accepted[n] += len(next(iter(transaction.inputs[n].values())))
            timed = {n: after for n, after in self.beats_after(transaction).items() if after is not None}
            last = max(self.sources[n].cycles[accepted[n] - 1] for n in timed)
            if (
                transaction.cycles is not None
                and previous is not None
                and last - previous != transaction.cycles
            ):
                raise BenchFailure(
                    f"{transaction.name}: its last beat was accepted {last - previous} cycles after that of "
                    f"the one before, promised {transaction.cycles}"
                )
            previous = last
            completing = max(self.sources[n].cycles[accepted[n] - 1 - after] for n, after in timed.items())
            for n, sink in self.sinks.items():
                promised = transaction.latency.get(n, self.latency)
                measured = sink.offered[offered[n]] - completing
                if promised is not None and measured != promised:
                    raise BenchFailure(
                        f"{transaction.name}: latency of {n} is {measured} cycles, promised {promised}"
                    )
                offered[n] += len(next(iter(transaction.outputs[n].values())))
