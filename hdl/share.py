"""Placing a component so that each distinct one is elaborated, and emitted, once."""

from amaranth.hdl import Module


def share(m: Module, platform, component, name: str) -> None:
    """Place `component`, which has a `spec`, as submodule `name` of `m`.

    A platform with a `place` method (Macwright's emission platform) turns every component of the same
    class and Spec into an instance of one module, so that a 128x128 array is three modules and not
    16,384. Any other platform, None included, gets an ordinary submodule, which is what Amaranth's own
    simulator wants.
    """
    place = getattr(platform, "place", None)
    m.submodules[name] = place(component, name) if place else component


def silenced(component):
    """Return `component` marked as used, so that Amaranth does not warn if it is never elaborated.

    A component whose module exists already, or that was made to ask for its ports, stays unelaborated.
    """
    component._MustUse__used = True
    return component
