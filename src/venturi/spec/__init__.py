"""The frozen description of a DAG: what the engine knows of a file, and all it knows.

model       DagSpec and TaskSpec: plain data, made by `sdk.freeze`, read by everybody
codec       to bytes and back, and the hash that tells whether a DAG has changed
graph       a DagSpec compiled for deciding: indexes, neighbours, weights
groups      which tasks stand in a task group
rules       trigger rules, one table
timetable/  when a DAG is due
cron        cron expressions
"""
