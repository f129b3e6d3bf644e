"""Records of verification and synthesis: joined only when they speak of the same Verilog."""

from typing import Any

from ..golden.errors import UsageError


def join(*records: dict[str, Any]) -> dict[str, Any]:
    """Merge records that carry `verilog_sha256` into one; later ones add to earlier ones.

    Raises UsageError if they speak of different Verilog, if one does not say of which, or if two give
    different values for the same name.
    """
    joined: dict[str, Any] = {}
    for record in records:
        digest = record.get("verilog_sha256")
        if not digest:
            raise UsageError("a record has no verilog_sha256: nobody can tell which Verilog it speaks of")
        if joined.get("verilog_sha256", digest) != digest:
            raise UsageError(
                f"these records speak of different Verilog, {joined['verilog_sha256'][:12]} and "
                f"{digest[:12]}: verify and measure the same Spec with the same version"
            )
        for name, value in record.items():
            if name in joined and joined[name] != value:
                raise UsageError(f"these records disagree about {name}: {joined[name]!r} and {value!r}")
            joined[name] = value
    return joined


def unit_row(record: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a synthesis record that is the unit itself, not its baseline."""
    return next(row for row in record["rows"] if row["name"] == record["unit"])
