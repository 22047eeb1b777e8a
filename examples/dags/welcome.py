"""The first DAG to look at: `make demo` runs this file.

A DAG file is plain Python that *describes* work: which tasks there are and which waits for which.
Nothing below runs while the file is read; the tasks run later, each in a process of its own.

    count_words --+
                  +--> compare --> choose --+--> celebrate --+--> goodbye
    weather ------+                         +--> console ----+
    stubborn ------------------------------------------------+
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, get_current_context, task

with DAG(
    dag_id="welcome",
    description="A small tour: bash, Python, branching, data between tasks, a retry",
    start_date=datetime(2026, 1, 1),
    schedule=None,  # runs when somebody asks for it; "@daily" would be a schedule
    catchup=False,
    tags=["example"],
    doc_md=__doc__,
):
    # A shell command. Its last line of output is handed on ("XCom") to whoever asks for it;
    # {{ ... }} is filled in when the task runs: ds is the run's date, params come from the run.
    weather = BashOperator(
        task_id="weather",
        bash_command='echo "asking the sky about {{ run_id }}"; echo 21',
    )

    # Any Python function becomes a task. What it returns is stored for the tasks after it.
    @task
    def count_words(text: str) -> int:
        words = text.split()
        print(f"{len(words)} words: {words}")
        return len(words)

    # Passing one task's result to another is what makes the second wait for the first.
    # A task of any other kind hands its result on by `.output`.
    @task
    def compare(words: int, degrees: str) -> dict[str, int]:
        result = {"words": words, "degrees": int(degrees)}
        print(f"words and degrees: {result}")
        return result

    # A branch returns the name of the task to go on with. The others are skipped, not failed.
    @task.branch
    def choose(result: dict[str, int]) -> str:
        return "celebrate" if result["degrees"] > result["words"] else "console"

    celebrate = BashOperator(task_id="celebrate", bash_command="echo warmer than the words!")
    console = EmptyOperator(task_id="console")

    # This one fails the first time, on purpose, and gets a second try a second later. Its log keeps
    # both tries apart. Use retries for what may pass by itself: a network, a busy database.
    @task(retries=2, retry_delay=timedelta(seconds=1))
    def stubborn() -> str:
        attempt = get_current_context()["ti"].try_number
        if attempt == 1:
            message = "the first try fails on purpose; wait for the second"
            raise RuntimeError(message)
        return f"worked on try {attempt}"

    # By default a task waits until everything before it succeeded. Here one side of the branch is
    # skipped, so the rule is: nothing failed, and at least one succeeded.
    goodbye = BashOperator(
        task_id="goodbye",
        trigger_rule="none_failed_min_one_success",
        bash_command="echo \"stubborn says: {{ ti.xcom_pull(task_ids='stubborn') }}\"",
    )

    chosen = choose(compare(count_words("the quick brown fox jumps"), weather.output))
    chosen >> [celebrate, console] >> goodbye
    stubborn() >> goodbye
