"""`make demo`: one DAG from an empty folder to a finished run, and what there is to see of it.

Everything happens through what a user has: the `airflow` command and the REST API. `make up` keeps
such an instance running.
"""

import argparse
import fcntl
import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from rich.console import Console
from rich.live import Live
from rich.table import Table

from scripts.instance import (
    AIRFLOW,
    Instance,
    InstanceFailed,
    clean_environment,
    stop_in_order_when_told,
)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples" / "dags"
DEMO = ROOT / ".demo"
DAG_ID = "welcome"
FINISHED = frozenset({"success", "failed"})
#: How a state is shown: the same word everywhere, in the colour people know it by.
COLOURS = {
    "success": "green",
    "running": "bright_green",
    "failed": "red",
    "skipped": "magenta",
    "upstream_failed": "yellow",
    "up_for_retry": "yellow",
    "queued": "cyan",
    "scheduled": "blue",
}

Row = Mapping[str, Any]


class Progress:
    """Shows states as they change: a live table on a terminal, one line per change elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.started = time.monotonic()
        self.seen: dict[str, tuple[str, int]] = {}
        self.live = Live(console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self.live:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.live.stop()

    def show(self, rows: Sequence[Row]) -> None:
        """Show the task instances as they stand now."""
        for row in rows:
            name, state, attempt = row["task_id"], row["state"] or "waiting", row["try_number"]
            if self.seen.get(name) == (state, attempt):
                continue
            self.seen[name] = (state, attempt)
            if not self.live and row["state"]:
                again = f"  (try {attempt})" if attempt > 1 else ""
                elapsed = time.monotonic() - self.started
                self.console.print(f"  {elapsed:6.2f} s  {name:<14}{state}{again}", highlight=False)
        if self.live:
            self.live.update(self._table(rows))

    def _table(self, rows: Sequence[Row]) -> Table:
        table = Table(title=f"{DAG_ID}: {time.monotonic() - self.started:.1f} s", box=None)
        for heading in ("task", "state", "try"):
            table.add_column(heading, justify="left", no_wrap=True)
        for row in rows:
            state = row["state"] or "waiting"
            table.add_row(row["task_id"], _coloured(state), str(row["try_number"] or ""))
        return table


def _coloured(state: str) -> str:
    colour = COLOURS.get(state, "white")
    return f"[{colour}]{state}[/{colour}]"


def _figure(value: object, form: Callable[[float], str]) -> str:
    return "-" if value in (None, "") else form(float(str(value)))


def _pretty_path(path: str) -> str:
    """Relative where that is shorter, so that it can be copied from here."""
    return os.path.relpath(path) if path else "-"


def result_table(rows: Sequence[Row]) -> Table:
    """The task instances of the finished run, with what each took."""
    table = Table(title="What ran", title_justify="left")
    for heading, justify in (
        ("task", "left"),
        ("state", "left"),
        ("tries", "right"),
        ("seconds", "right"),
        ("CPU seconds", "right"),
        ("peak memory", "right"),
    ):
        table.add_column(heading, justify="left" if justify == "left" else "right", no_wrap=True)
    for row in sorted(rows, key=lambda row: str(row.get("start_date") or "~")):
        table.add_row(
            row["task_id"],
            _coloured(row["state"] or "waiting"),
            str(row.get("try_number") or 0),
            _figure(row.get("duration"), "{:.3f}".format),
            _figure(row.get("cpu_seconds"), "{:.3f}".format),
            _figure(row.get("max_rss_bytes"), lambda size: f"{size / 2**20:.0f} MiB"),
        )
    return table


def follow(instance: Instance, run_id: str, progress: Progress, seconds: float = 120) -> str:
    """Show the run until it has ended; its state."""
    base = f"/dags/{DAG_ID}/dagRuns/{quote(run_id, safe='')}"
    state = ""

    def ended() -> bool:
        nonlocal state
        state = str(instance.rest("GET", base)["state"])
        progress.show(instance.rest("GET", f"{base}/taskInstances?limit=100")["task_instances"])
        return state in FINISHED

    instance.wait_for(f"run {run_id} to end", ended, seconds, every=0.05)
    return state


def show_failures(console: Console, rows: Sequence[Row]) -> None:
    """Print the end of the log of each task that failed."""
    for row in rows:
        path = Path(str(row.get("log_path") or ""))
        if row["state"] == "failed" and path.is_file():
            console.rule(f"log of {row['task_id']}", align="left")
            console.print("\n".join(path.read_text().splitlines()[-30:]), markup=False)


def play(console: Console, instance: Instance) -> bool:
    """Run the example on a started instance; whether it succeeded."""
    begun = time.monotonic()
    instance.wait_healthy()
    console.print(f"healthy after {time.monotonic() - begun:.1f} s at {instance.url}")
    instance.wait_listed(DAG_ID)
    instance.command("dags", "unpause", DAG_ID)
    run_id = instance.trigger(DAG_ID)
    console.print(f"triggered {DAG_ID}, run {run_id}\n")
    with Progress(console) as progress:
        state = follow(instance, run_id, progress)
    rows = json.loads(
        instance.command("tasks", "states-for-dag-run", DAG_ID, run_id, "-o", "json"),
    )
    if not progress.live:
        console.print()
    console.print(result_table(rows))
    console.print(f"\nThe run ended: {_coloured(state)}")
    if state != "success":
        show_failures(console, rows)
        return False
    last = next((row for row in rows if row["task_id"] == "goodbye"), rows[-1])
    console.print(f"Logs, one file per try:  {_pretty_path(str(instance.home / 'logs'))}")
    console.print(f"For example:             {_pretty_path(str(last.get('log_path') or ''))}")
    console.print(f"The DAG file:            {_pretty_path(str(EXAMPLES / 'welcome.py'))}")
    return True


def fresh_home() -> Path:
    """An empty home with the example in its DAG folder."""
    home = DEMO / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "dags").mkdir(parents=True)
    shutil.copy(EXAMPLES / "welcome.py", home / "dags")
    return home


def run_demo(console: Console) -> int:
    """Start, run, show, stop; the exit code."""
    DEMO.mkdir(exist_ok=True)
    with (DEMO / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another demo is running in .demo; wait for it or stop it.")
            return 1
        console.print(
            "Starting an instance of its own in .demo/home: embedded database, no services"
        )
        with Instance(fresh_home()) as instance:
            try:
                succeeded = play(console, instance)
            except InstanceFailed as failed:
                console.print(f"\nThe demo failed: {failed}", markup=False)
                succeeded = False
            except KeyboardInterrupt:
                console.print("\nStopping.")
                return 130
            if not succeeded:
                console.rule("the end of what airflow standalone printed", align="left")
                console.print(instance.tail(), markup=False)
                return 1
    console.print(
        "\nEverything is stopped again. Next:\n"
        "  make up                       the same, kept running; DAG files go into .demo/up/dags\n"
        "  .venv/bin/airflow standalone  your own instance, in ~/airflow (or $AIRFLOW_HOME)\n"
        "  docs/guide.md                 how to write and run your first DAG",
        markup=False,
        soft_wrap=True,
    )
    return 0


def run_up(console: Console) -> int:
    """Become `airflow standalone` in a home that is kept."""
    home = DEMO / "up"
    dags = home / "dags"
    dags.mkdir(parents=True, exist_ok=True)
    if not any(dags.iterdir()):
        shutil.copytree(EXAMPLES, dags, dirs_exist_ok=True)
    console.print(f"AIRFLOW_HOME is {_pretty_path(str(home))}; DAG files go into its folder dags/")
    settings = (
        f"AIRFLOW_HOME={shlex.quote(str(home))} PATH={shlex.quote(str(AIRFLOW.parent))}:$PATH"
    )
    console.print(
        "Ctrl-C stops it; its state is kept for the next time. Commands go into another shell:\n"
        f"  export {settings}\n"
        "  airflow dags unpause welcome && airflow dags trigger welcome\n",
        markup=False,
    )
    os.execve(AIRFLOW, [str(AIRFLOW), "standalone"], clean_environment(home, {}))


def main() -> int:
    """The exit code of `demo.py run` or `demo.py up`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "up"))
    console = Console(soft_wrap=True, highlight=False)
    stop_in_order_when_told()
    return {"run": run_demo, "up": run_up}[parser.parse_args().what](console)


if __name__ == "__main__":
    sys.exit(main())
