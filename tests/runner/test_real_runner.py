"""The runner process as its scheduler sees it: everything over its socket, with real forks."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.runner.real import Machine, Scheduler, is_alive, machine, wait_for
from venturi.core.messages import Ask, Cancel, Finished, Load, Loaded, Started, Stop
from venturi.core.requests import GetVariable
from venturi.core.states import TaskState


@pytest.fixture
def box() -> Iterator[Machine]:
    """A machine; its runner is not started."""
    with machine() as made:
        yield made


@pytest.fixture
def boss(box: Machine) -> Scheduler:
    """A scheduler that a runner has been greeted by."""
    return box.start().greet()


def descendants(box: Machine) -> list[psutil.Process]:
    assert box.process is not None
    return psutil.Process(box.process.pid).children(recursive=True)


def command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just gone
        return ""


def titled(box: Machine, title: str) -> list[int]:
    return [process.pid for process in descendants(box) if command(process).startswith(title)]


# --- attempts ------------------------------------------------------------------------------------


def test_an_attempt_runs_in_a_process_of_its_own(box: Machine, boss: Scheduler) -> None:
    file = box.dag("print('my pid is', os.getpid()); return {'a': [1]}")
    boss.start(file)
    started = boss.until(Started)
    report = boss.finished()
    assert report.result.state is TaskState.SUCCESS
    assert report.pid == started.pid and f"my pid is {started.pid}" in box.log()
    assert [(x.key, x.value) for x in report.result.xcoms] == [("return_value", '{"a": [1]}')]
    assert report.usage.max_rss > 1 << 20
    assert report.usage.cpu_user + report.usage.cpu_system > 0
    wait_for(lambda: not is_alive(started.pid), "the process has gone")


def test_the_same_order_twice_is_one_attempt(box: Machine, boss: Scheduler) -> None:
    mark = box.home / "mark"
    file = box.dag(f"open({str(mark)!r}, 'a').write('x')")
    order = boss.start(file)
    boss.send(order)
    boss.finished()
    boss.send(order)  # it has ended and is not acknowledged: still known
    assert boss.hears_nothing(Finished, 0.5)
    assert mark.read_text() == "x"


def test_many_attempts_at_once_are_kept_apart(box: Machine, boss: Scheduler) -> None:
    file = box.dag("print('run', context['run_id']); return context['run_id']")
    for ti_id in range(1, 31):
        boss.start(file, ti_id)
    for ti_id in range(1, 31):
        report = boss.finished(ti_id)
        assert report.result.xcoms[0].value == f'"r{ti_id}"'
        assert f"run r{ti_id}\n" in box.log(ti_id)


def test_a_task_asks_through_the_runner(box: Machine, boss: Scheduler) -> None:
    file = box.dag("from airflow.models import Variable\nprint('it is', Variable.get('colour'))")
    boss.start(file)
    ask = boss.until(Ask)
    assert ask.request == GetVariable(key="colour")
    assert (ask.ti_id, ask.epoch) == (1, 1)
    boss.answer(ask.ask_id, '"green"')
    assert boss.finished().result.state is TaskState.SUCCESS
    assert "it is green" in box.log()


def test_random_numbers_differ_although_they_come_from_one_import(
    box: Machine, boss: Scheduler
) -> None:
    file = box.dag("return [random.random(), random.randint(1, 10**9)]", top="import random")
    assert boss.load(file).open_because == ""
    values = set()
    for ti_id in (1, 2, 3):
        boss.start(file, ti_id)
        values.add(boss.finished(ti_id).result.xcoms[0].value)
    assert len(values) == 3


def test_an_open_file_is_imported_afresh_for_each_attempt(box: Machine, boss: Scheduler) -> None:
    file = box.dag("return stamp", top="stamp = time.time_ns()")
    assert boss.load(file).open_because == "the clock"
    values = set()
    for ti_id in (1, 2):
        boss.start(file, ti_id)  # also where the scheduler does not know yet that it is open
        values.add(boss.finished(ti_id).result.xcoms[0].value)
    boss.start(file, 3, fresh=True)
    values.add(boss.finished(3).result.xcoms[0].value)
    assert len(values) == 3


def test_what_one_attempt_changes_in_memory_the_next_does_not_see(
    box: Machine, boss: Scheduler
) -> None:
    file = box.dag("seen.append(1); return len(seen)", top="seen = []")
    for ti_id in (1, 2, 3):
        boss.start(file, ti_id)
        assert boss.finished(ti_id).result.xcoms[0].value == "1"


def test_a_file_that_cannot_be_imported_fails_the_attempt_with_its_error(
    box: Machine, boss: Scheduler
) -> None:
    boss.start(box.file("from airflow import DAG\nthis is no python\n"))
    report = boss.finished()
    assert report.result.state is TaskState.FAILED
    assert "SyntaxError" in box.log()


def test_a_dag_that_left_its_file_fails_the_attempt(box: Machine, boss: Scheduler) -> None:
    boss.start(box.dag("pass"), dag_id="other")
    report = boss.finished()
    assert "'other'" in report.result.reason and "d.py" in report.result.reason


# --- imports that leave things behind ----------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "why"),
    [
        ("import threading\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
         "a thread"),
        ("import socket\nkept = socket.socketpair()", "a connection"),
    ],
    ids=["thread", "socket"],
)  # fmt: skip
def test_nothing_is_forked_from_an_import_that_left_something_behind(
    box: Machine, boss: Scheduler, top: str, why: str
) -> None:
    file = box.dag("return os.getppid()", top=top)
    assert why in boss.load(file).open_because
    boss.start(file)
    report = boss.finished()
    assert report.result.state is TaskState.SUCCESS
    assert report.result.xcoms[0].value == str(titled(box, "airflow host base")[0])


@pytest.mark.parametrize(
    "top",
    [
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "signal.set_wakeup_fd(-1)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "import asyncio\nasync def f(): pass\nasyncio.run(f())",
        "os.chdir('/')",
        "os.umask(0)",
        "sys.setrecursionlimit(5000)",
        "sys.stdout.write('hello from the top'); sys.stdout.flush()",
        "sys.argv[:] = []; sys.path.clear()",
        "import gc; gc.disable()",
        "import warnings; warnings.simplefilter('error')",
        "import logging; logging.disable(logging.CRITICAL)",
    ],
)
def test_attempts_end_well_whatever_an_import_has_done_to_its_process(
    box: Machine, boss: Scheduler, top: str
) -> None:
    file = box.dag("return 1", top=top)
    assert boss.load(file).error is None
    for ti_id in (1, 2, 3, 4):
        boss.start(file, ti_id)
        assert boss.finished(ti_id, 10).result.state is TaskState.SUCCESS
    wait_for(lambda: not titled(box, "airflow task"), "all processes have been waited for")


# --- ends ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", -9, "SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -11, "SIGSEGV"),
        ("os._exit(5)", 5, "exit code 5"),
        ("os._exit(0)", 0, "without a result"),
        ("os.closerange(3, 200); return 1", None, "result"),
    ],
)
def test_a_process_that_cannot_say_how_it_ended_is_lost_with_a_reason(
    box: Machine, boss: Scheduler, body: str, code: int | None, words: str
) -> None:
    boss.start(box.dag(f"print('last words')\n{body}"))
    report = boss.finished()
    assert report.result.lost and report.result.state is TaskState.FAILED
    assert words in report.result.reason
    assert code is None or report.exit_code == code
    assert "last words" in box.log() and report.result.reason in box.log()


def test_an_attempt_that_is_cancelled_ends_with_all_it_started(
    box: Machine, boss: Scheduler
) -> None:
    child = box.home / "child"
    file = box.dag(
        f"""
        import subprocess
        process = subprocess.Popen(['sleep', '600'])
        open({str(child)!r}, 'w').write(str(process.pid))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(600)
        """
    )
    boss.start(file)
    started = boss.until(Started)
    pid = int(wait_for(lambda: child.exists() and child.read_text(), "the child runs"))
    boss.send(Cancel(ti_id=1, epoch=1, reason="somebody marked it", grace=0.3))
    wait_for(lambda: not is_alive(started.pid) and not is_alive(pid), "both are gone")
    assert boss.hears_nothing(Finished, 0.3)  # nobody wants its result
    assert "somebody marked it" in box.log()


def test_a_cancelled_attempt_that_has_not_begun_never_does(box: Machine, boss: Scheduler) -> None:
    mark = box.home / "mark"
    file = box.dag(f"open({str(mark)!r}, 'w')", top="time.sleep(1)")
    boss.start(file)
    boss.send(Cancel(ti_id=1, epoch=1, reason="never mind"))
    boss.load(file)
    boss.start(file, 2)
    boss.finished(2)
    assert mark.exists()
    assert "never mind" in box.log(1) and "Try" not in box.log(1)


@pytest.mark.parametrize("who", ["airflow host /", "airflow host base"])
def test_a_killed_host_takes_its_attempts_with_it(box: Machine, boss: Scheduler, who: str) -> None:
    file = box.dag("time.sleep(60)")
    boss.start(file)
    started = boss.until(Started)
    for pid in titled(box, who):
        os.kill(pid, signal.SIGKILL)
    report = boss.finished()
    assert report.result.state is TaskState.FAILED and report.result.reason
    wait_for(lambda: not is_alive(started.pid), "the attempt has gone")


def test_work_goes_on_after_a_host_was_killed(box: Machine, boss: Scheduler) -> None:
    file = box.dag("return 1")
    boss.start(file, 1)
    boss.finished(1)
    for ti_id in range(2, 12):
        for pid in titled(box, f"airflow host {box.dags}"):
            os.kill(pid, signal.SIGKILL)
        boss.start(file, ti_id)
        boss.finished(ti_id, 10)
    boss.start(file, 12)
    assert boss.finished(12).result.state is TaskState.SUCCESS


# --- schedulers come and go ----------------------------------------------------------------------


def test_a_result_is_told_again_until_it_is_acknowledged(box: Machine, boss: Scheduler) -> None:
    boss.start(box.dag("return 7"))
    first = boss.finished()
    boss.leave()
    second_boss = box.connect()
    assert second_boss.hello().accepted == ((1, 1),)
    second = second_boss.greet().finished()
    assert second.result == first.result
    second_boss.ack(second)
    second_boss.leave()
    wait_for(lambda: not (box.home / "run/runner.journal").exists(), "the journal is gone")
    third = box.connect()
    assert third.hello().accepted == ()


def test_what_is_acknowledged_is_forgotten_also_while_its_process_leaves(
    box: Machine, boss: Scheduler
) -> None:
    top = "import atexit\natexit.register(time.sleep, 0.2)"
    file = box.dag("return 7", top=top)
    for ti_id in range(1, 6):
        boss.start(file, ti_id)
        boss.ack(boss.finished(ti_id))
    wait_for(lambda: not titled(box, "airflow task"), "their processes have gone")
    boss.leave()
    # The runner hears of the last exit a moment after the process has gone.
    wait_for(lambda: box.connect().hello().accepted == (), "nothing of them is kept")


def test_nothing_is_said_before_the_greeting(box: Machine, boss: Scheduler) -> None:
    boss.start(box.dag("return 7"))
    boss.finished()
    boss.leave()
    other = box.connect()
    other.hello()
    assert other.hears_nothing(Finished, 0.3)
    assert other.greet().finished().ti_id == 1


def test_what_ends_without_a_scheduler_is_on_disk_even_if_the_runner_is_killed(
    box: Machine, boss: Scheduler
) -> None:
    go = box.home / "go"
    file = box.dag(f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\nreturn 'kept'")
    boss.start(file)
    started = boss.until(Started)
    boss.leave()
    go.touch()
    wait_for(lambda: not is_alive(started.pid), "the attempt has ended")
    journal = box.home / "run/runner.journal"
    wait_for(lambda: journal.exists() and journal.stat().st_size, "it is written down")
    box.end()
    again = box.start()
    assert again.hello().accepted == ((1, 1),)
    assert again.greet().finished().result.xcoms[0].value == '"kept"'


def test_a_journal_that_cannot_be_written_does_not_end_the_runner(
    box: Machine, boss: Scheduler
) -> None:
    go = box.home / "go"
    file = box.dag(f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\nreturn 'kept'")
    boss.start(file)
    boss.until(Started)
    (box.home / "run/runner.journal").mkdir()
    boss.leave()
    go.touch()
    wait_for(lambda: "cannot be written" in box.words.read_text(), "it says so")
    assert box.connect().greet().finished().result.xcoms[0].value == '"kept"'


def test_a_question_is_asked_again_of_the_next_scheduler(box: Machine, boss: Scheduler) -> None:
    boss.start(box.dag("from airflow.models import Variable\nreturn Variable.get('x')"))
    boss.until(Ask)
    boss.leave()
    other = box.connect().greet()
    ask = other.until(Ask)
    other.answer(ask.ask_id, '"answered"')
    assert other.finished().result.xcoms[0].value == '"answered"'


def test_a_newer_scheduler_takes_the_place_of_the_older(box: Machine, boss: Scheduler) -> None:
    newer = box.connect().greet()
    assert boss.is_over()
    newer.start(box.dag("return 1"))
    assert newer.finished().result.state is TaskState.SUCCESS


def test_there_is_one_runner_for_a_home(box: Machine, boss: Scheduler) -> None:
    import subprocess
    import sys

    second = subprocess.run(
        [sys.executable, "-m", "venturi.runner"],
        env={**os.environ, "AIRFLOW_HOME": str(box.home)},
        timeout=20,
        check=False,
    )
    assert second.returncode == 0
    boss.start(box.dag("return 1"))
    assert boss.finished().result.state is TaskState.SUCCESS


@pytest.mark.parametrize("how", ["sigterm", "stop"])
def test_a_runner_that_is_stopped_ends_its_attempts_and_leaves(
    box: Machine, boss: Scheduler, how: str
) -> None:
    boss.start(box.dag("time.sleep(60)"))
    boss.until(Started)
    assert box.process is not None
    pids = [process.pid for process in descendants(box)]
    if how == "sigterm":
        box.process.terminate()
    else:
        boss.send(Stop())
    report = boss.finished()
    assert report.result.state is TaskState.FAILED and report.result.reason
    assert report.result.lost
    assert box.process.wait(15) == 0
    wait_for(lambda: not any(map(is_alive, pids)), "everything is gone")
    assert not (box.home / "run/runner.sock").exists()
    assert "Traceback" not in box.words.read_text()


def test_a_task_that_answers_the_end_of_its_runner_is_lost_for_the_reason_of_that(
    box: Machine, boss: Scheduler
) -> None:
    mark = box.home / "mark"
    boss.start(box.dag(f"open({str(mark)!r}, 'w').close(); time.sleep(60)"))
    wait_for(mark.exists, "the task runs, and answers signals")
    boss.send(Stop(reason="the house burns", drain=30))
    report = boss.finished()
    assert report.exit_code == 0, "it had the time to say so itself"
    assert (report.result.reason, report.result.lost) == ("the house burns", True)
    assert "SIGTERM received" in box.log() and "the house burns" in box.log()


def test_a_task_that_succeeds_although_its_runner_ends_has_succeeded(
    box: Machine, boss: Scheduler
) -> None:
    mark = box.home / "mark"
    boss.start(
        box.dag(
            f"try:\n    open({str(mark)!r}, 'w').close(); time.sleep(60)\n"
            "except BaseException:\n    return 'done all the same'"
        )
    )
    wait_for(mark.exists, "the task has come to where it minds no signal")
    boss.send(Stop(reason="the house burns", drain=30))
    report = boss.finished()
    assert (report.result.state, report.result.lost) == (TaskState.SUCCESS, False)


def test_a_runner_that_leaves_in_peace_leaves_no_word_of_attempts(
    box: Machine, boss: Scheduler
) -> None:
    # Its process outlives the acknowledgement: the last of them has been heard before it is gone.
    boss.start(box.dag("return 7", top="import atexit\natexit.register(time.sleep, 0.3)"))
    boss.ack(boss.finished())
    boss.send(Stop())
    assert box.process is not None and box.process.wait(15) == 0
    assert not (box.home / "run/runner.begun").exists()


def test_a_killed_runner_takes_everything_with_it(box: Machine, boss: Scheduler) -> None:
    boss.start(box.dag("time.sleep(60)"))
    boss.until(Started)
    pids = [process.pid for process in descendants(box)]
    assert len(pids) >= 3
    box.end()
    wait_for(lambda: not any(map(is_alive, pids)), "everything is gone")


def test_a_frame_that_is_none_of_ours_does_not_end_the_runner(
    box: Machine, boss: Scheduler
) -> None:
    body = """
        for name in os.listdir('/proc/self/fd'):
            try:
                if os.readlink(f'/proc/self/fd/{name}').startswith('socket:'):
                    os.write(int(name), b'\\x05\\x00\\x00\\x00hello')
            except OSError:
                pass
        return 1
    """
    boss.start(box.dag(body), 1)
    report = boss.finished(1)
    assert report.result.state is TaskState.FAILED
    boss.start(box.dag("return 1", name="e.py"), 2)
    assert boss.finished(2).result.state is TaskState.SUCCESS


# --- logs ----------------------------------------------------------------------------------------


def test_a_secret_never_reaches_the_log(box: Machine, boss: Scheduler) -> None:
    body = """
        from airflow.models import Variable
        word = Variable.get('api_password')
        print('the word is', word)
        os.write(1, f'raw {word}\\n'.encode())
        os.system(f'echo from a program {word}')
        raise ValueError(word)
    """
    boss.start(box.dag(body))
    ask = boss.until(Ask)
    boss.answer(ask.ask_id, '"hunter2hunter2"')
    report = boss.finished()
    wait_for(lambda: "ValueError" in box.log(), "the log is complete")
    assert "hunter2" not in box.log()
    assert box.log().count("***") >= 4
    assert "hunter2" not in report.result.reason


def test_a_long_log_is_complete_and_in_order_when_the_end_is_told(
    box: Machine, boss: Scheduler
) -> None:
    file = box.dag("os.write(1, b''.join(b'line %d\\n' % i for i in range(200_000)))")
    for ti_id in (1, 2, 3):
        boss.start(file, ti_id)
    for ti_id in (1, 2, 3):
        boss.finished(ti_id)
        lines = [line for line in box.log(ti_id).splitlines() if line.startswith("line ")]
        assert lines == [f"line {number}" for number in range(200_000)]


def test_a_task_that_never_stops_writing_holds_nobody_up(box: Machine, boss: Scheduler) -> None:
    file = box.dag("while True: os.write(1, b'x' * 60_000 + b'\\n')")
    for ti_id in (1, 2, 3):
        boss.start(file, ti_id)
        boss.until(Started)
    for ti_id in range(4, 10):
        boss.start(box.dag("return 1", name="quick.py"), ti_id)
        boss.finished(ti_id, 10)


def test_a_log_keeps_its_limit(box: Machine) -> None:
    boss = box.start().greet(log_bytes_max=10_000)
    boss.start(box.dag("for i in range(1000): print('x' * 1000)\nprint('end')"))
    boss.finished()
    assert len(box.log()) < 11_000 and "log_bytes_per_attempt_max" in box.log()


def test_import_limits_are_those_of_the_order(box: Machine, boss: Scheduler) -> None:
    file = box.file("from airflow import DAG\nwhile True: pass\n")
    loaded = boss.load(file, timeout=0.3)
    assert loaded.error is not None and "longer than 0.3 s" in loaded.error
    file = box.file("from airflow import DAG\nx = bytearray(1 << 30)\n", "m.py")
    loaded = boss.load(file, memory=64 << 20)
    assert loaded.error is not None and "64 MiB" in loaded.error


def test_loads_take_turns_and_a_stuck_one_holds_up_only_itself(box: Machine) -> None:
    boss = box.start().greet(loads_at_once=2)
    stuck = box.file("from airflow import DAG\nwhile True: pass\n", "stuck.py")
    files = [box.dag("pass", dag_id=f"d{n}", name=f"f{n}.py") for n in range(6)]
    for file in (stuck, *files):
        boss.send(Load(file=file, timeout=600.0, memory=0))
    done = {Path(boss.until(Loaded).file.path).name for _ in files}
    assert done == {f"f{n}.py" for n in range(6)}


def test_hosts_are_bounded(box: Machine) -> None:
    boss = box.start().greet(hosts_max=3)
    for number in range(6):
        boss.load(box.dag("return 1", dag_id=f"d{number}", name=f"f{number}.py"))
    wait_for(
        lambda: len(titled(box, f"airflow host {box.dags}")) <= 3 * 3, "hosts with their spares"
    )
    hosts = {line for process in descendants(box) if str(box.dags) in (line := command(process))}
    assert len(hosts) <= 3


def test_a_host_that_does_not_answer_is_passed_by_and_its_tasks_go_on(
    box: Machine, boss: Scheduler
) -> None:
    file = box.dag("time.sleep(0 if context['ti'].try_number == 2 else 60)")
    boss.start(file, 1)
    boss.until(Started)  # it has its own title by then
    task = next(each for each in descendants(box) if "task d t" in command(each))
    host = task.parent()
    assert host is not None
    host.suspend()
    for ti_id in range(2, 7):  # more than wait in advance
        boss.start(file, ti_id, try_number=2)
    for ti_id in range(2, 7):
        assert boss.finished(ti_id, seconds=40).result.state is TaskState.SUCCESS
    assert "has not answered for 10 s" in box.words.read_text()
    # What it forked before is alive, and can be ended although its host hears nothing.
    assert task.status() != psutil.STATUS_ZOMBIE
    boss.send(Cancel(ti_id=1, epoch=1, reason="somebody marked it", grace=0.3))
    wait_for(lambda: task.status() == psutil.STATUS_ZOMBIE, "it has ended")
    host.resume()
    wait_for(lambda: not host.is_running(), "the host leaves when it is awake")
