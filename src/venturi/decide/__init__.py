"""The functional core: what to run next, from a picture of the world and a clock value.

    decide(snapshot, now) -> plan          no I/O, no SQL, no clock; the snapshot is never changed

views      what deciding looks at: Instance, RunView, DagView, Snapshot
plan       what it answers: Plan and its parts
decide     the order of the steps, to be read as prose
calendar   which runs are due
verdict    may this task instance run? ordered rows, first match wins
places     tasks and single instances that are worth a look
kinship    which instances of a mapped group belong together
watch      deadlines that have passed, and DAGs that only fail
ready      verdicts carried along the graph until nothing changes
expand     how many instances a mapped task has
finish     when and how a run ends
admit      who gets a slot
outcome    what follows from how an attempt ended
why        why a task or a run waits: every row that is not met
why_dag    why no new run of a DAG starts
simulate   what would happen: the same decisions in virtual time
draft      a plan in the making: the snapshot seen through the moves made so far
conclude   reports of attempts that ended, turned into moves
counting   counts of slots by whatever limits them
calls      which callbacks and mails a plan gives rise to
patience   what one more success can matter to
board      the image of all active runs that is kept between steps
"""
