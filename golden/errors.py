"""The one exception that means: the caller asked for something that cannot be."""


class UsageError(ValueError):
    """A mistake in a request: a parameter, an operand, a file name, a missing tool.

    The message is one or two sentences that name the parameter, the rule, the value and what would do.
    The command line prints it without a traceback and exits with 2.
    """
