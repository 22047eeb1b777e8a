"""How a process ended, in words."""

import signal


def killed_words(code: int | None) -> str:
    """One sentence for a process that ended without saying so itself.

    `code` is its exit code, or the negative number of the signal that killed it.
    """
    if code is None:
        return "The task's process is gone; nobody saw how it ended."
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        hint = " (the kernel does this when memory runs out)" if -code == signal.SIGKILL else ""
        return f"The task's process was killed by {name}{hint}."
    return f"The task's process ended by itself with exit code {code} and without a result."
