"""Memory and CPU of all processes that belong to an instance."""

from pathlib import Path

import psutil


def members(root: int, home: Path) -> list[psutil.Process]:
    """The process `root`, its descendants, and whoever else works in `home`.

    The last finds processes that have outlived their parent or left its session.
    """
    found: dict[int, psutil.Process] = {}

    def add(process: psutil.Process) -> None:
        if process.pid not in found:
            found[process.pid] = process
            for child in process.children(recursive=True):
                found[child.pid] = child

    for process in psutil.process_iter():
        try:
            cwd = process.cwd()
            if process.pid == root or cwd == str(home) or cwd.startswith(f"{home}/"):
                add(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return list(found.values())


def pss_bytes(processes: list[psutil.Process]) -> int:
    """Proportional set size of all of them: shared pages are counted once, among their sharers."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) * 1024
    return total


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """CPU time of all of them and of the children they have waited for."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total
