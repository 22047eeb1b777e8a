"""What `make demo` prints of what it is told."""

import io

from rich.console import Console

from scripts.demo import Progress, result_table

ROWS = [
    {
        "task_id": "late",
        "state": "success",
        "try_number": 2,
        "duration": 0.25,
        "cpu_seconds": "0.125",
        "max_rss_bytes": 42 * 2**20,
        "start_date": "2026-01-01T00:00:01+00:00",
    },
    {
        "task_id": "early",
        "state": "success",
        "try_number": 1,
        "duration": 1.5,
        "cpu_seconds": None,
        "max_rss_bytes": "",
        "start_date": "2026-01-01T00:00:00+00:00",
    },
    {"task_id": "never", "state": "skipped", "try_number": 0, "start_date": None},
]


def plain_console() -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=False)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_is_in_order_of_start_and_leaves_unknown_figures_out() -> None:
    console = plain_console()
    console.print(result_table(ROWS))
    lines = [
        line for line in printed(console).splitlines() if "success" in line or "skipped" in line
    ]
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]
    assert cells == [
        ["early", "success", "1", "1.500", "-", "-"],
        ["late", "success", "2", "0.250", "0.125", "42 MiB"],
        ["never", "skipped", "0", "-", "-", "-"],
    ]


def test_without_a_terminal_each_change_is_one_line() -> None:
    console = plain_console()
    with Progress(console) as progress:
        progress.show([{"task_id": "t", "state": None, "try_number": 0}])
        progress.show([{"task_id": "t", "state": "running", "try_number": 1}])
        progress.show([{"task_id": "t", "state": "running", "try_number": 1}])
        progress.show([{"task_id": "t", "state": "up_for_retry", "try_number": 1}])
        progress.show([{"task_id": "t", "state": "running", "try_number": 2}])
    words = [line.split()[2:] for line in printed(console).splitlines()]
    assert words == [["t", "running"], ["t", "up_for_retry"], ["t", "running", "(try", "2)"]]
