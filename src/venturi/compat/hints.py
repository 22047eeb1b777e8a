"""What a file could spell in today's way: collected per file, shown among its warnings.

Old names work and stay; a hint is an offer. Nothing is printed while the file is read.
"""


class _Collected:
    """file -> {old name: today's name}"""

    moves: dict[str, dict[str, str]] = {}


def add(file: str, old: str, today: str) -> None:
    """Remember that `file` uses an old name."""
    _Collected.moves.setdefault(file, {})[old] = today


def hint_of(file: str) -> str | None:
    """One sentence with all old names that `file` has imported so far, or None."""
    moves = _Collected.moves.get(file)
    if not moves:
        return None
    listed = ", ".join(f"{old} (today {today})" for old, today in sorted(moves.items()))
    return f"Old names work, but have moved: {listed}."


def forget(file: str) -> None:
    """Forget what `file` used: it is about to be read again."""
    _Collected.moves.pop(file, None)
