"""Lists as people and programs read them: `-o table|json|yaml|plain`."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]


def print_rows(
    rows: Sequence[Row],
    output: str = "table",
    *,
    columns: Sequence[str] | None = None,
    empty: str = "No data found",
) -> None:
    """Print rows; `columns` are those of a table (default: all of the first row).

    JSON and YAML always have every value, with its type; `empty` is said where a table would be
    empty.
    """
    match output:
        case "json":
            import json

            print(json.dumps([_plain(row) for row in rows], ensure_ascii=False))
        case "yaml":
            import yaml

            print(
                yaml.safe_dump([_plain(row) for row in rows], sort_keys=False, allow_unicode=True),
                end="",
            )
        case _ if not rows:
            print(empty)
        case _:
            names = list(columns or rows[0])
            cells = [[text(row.get(name)) for name in names] for row in rows]
            if output == "table" and sys.stdout.isatty():
                _print_rich(names, cells)
            else:
                _print_aligned(names, cells, ruled=output == "table")


def print_record(record: Row, output: str = "table") -> None:
    """Print one thing: its fields below each other in a table, an object in JSON."""
    if output in {"json", "yaml"}:
        print_rows([record], output)
        return
    rows = [{"property": name, "value": value} for name, value in record.items()]
    print_rows(rows, output)


def text(value: Any) -> str:
    """A value in a table."""
    match value:
        case None:
            return ""
        case datetime():
            return _short(value)
        case float():
            return f"{value:.3f}"
        case list() | tuple() | set() | frozenset():
            return ", ".join(text(item) for item in value)
        case dict():
            import json

            return json.dumps(value, default=str, ensure_ascii=False)
        case _:
            return str(value)


def _short(value: datetime) -> str:
    return value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case datetime():
            return value.isoformat()
        case bool() | int() | float() | None:
            return value
        case _:
            return str(value)


def _print_aligned(names: Sequence[str], rows: Sequence[Sequence[str]], *, ruled: bool) -> None:
    rows = [[cell.replace("\n", "\\n") for cell in row] for row in rows]
    widths = [
        max(len(names[index]), *(len(row[index]) for row in rows)) for index in range(len(names))
    ]
    gap = " | " if ruled else "  "
    lines = [gap.join(cell.ljust(width) for cell, width in zip(names, widths, strict=True))]
    if ruled:
        lines.append("=+=".join("=" * width for width in widths))
    lines += [
        gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    print("\n".join(line.rstrip() for line in lines))


_COLOURS = {
    "success": "green",
    "failed": "red",
    "upstream_failed": "orange3",
    "running": "bright_green",
    "queued": "grey62",
    "up_for_retry": "gold1",
    "up_for_reschedule": "turquoise2",
    "skipped": "hot_pink",
    "deferred": "medium_purple",
}


def _print_rich(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        # Text, never markup: people's names may contain brackets.
        table.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    Console().print(table)
