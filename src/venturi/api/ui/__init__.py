"""What the pages ask for: answers made for one view each, cheap however long the history is.

home       what failed, is late, runs and comes next; health
dags       the list of DAGs with their last runs
grid       tasks by runs; one run for the graph
structure  a description as rows of a grid and as nodes of a graph
charts     Gantt, calendar, durations
backfills  backfills with how far they are
instance   attempts and history of a task instance
log        lines of a log, search in it, its growth
loglines   where the lines of a long file are
access     what DAGs grant to roles
misses     missed SLAs, deadlines
queues     queues and machines with what waits and runs
workers    the workers behind the broker
replays    a run anew from a task on
find       what the palette finds
events     the stream that says what changed
hub        one look at the database for all streams of a process
table      the routes, one row each
"""
