"""The front door: arguments, tables, progress, exit codes."""
