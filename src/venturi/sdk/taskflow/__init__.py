"""TaskFlow: functions as tasks and groups.

task        `task` and its kinds: `@task`, `@task.branch`, `@task.bash`, ...
groups      `@task_group`
setup       `@setup` and `@teardown`
decorators  a function as a task: what calling, overriding and expanding it does
decorated   what the operators of decorated functions have in common
kinds       one row per kind: its operator, and how it meets the function
outputs     whether an annotation says that a result is several XComs
conditions  `@task.run_if` and `@task.skip_if`
"""
