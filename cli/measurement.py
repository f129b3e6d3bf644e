"""`synth` and `doctor`."""

COMMANDS = ()
