"""Workers on other machines, behind a message broker.

Celery brings the bell to whoever has a free place; everything else (claims, orders, answers, logs,
results, source) travels in sealed sessions between a worker's *bridge* and the scheduler's
*gateway*, over two queues of the same broker. So a worker needs the broker and nothing else.

keys        what both sides derive from the secret they share
doorbell    the signed message that Celery carries: three numbers
sealed      envelopes: who sends, which session, and a box only the other side can open
stream      words in order, once, over a broker that loses, repeats and is purged
post        the broker as two threads: one sends, one hears
app         the Celery application that `[celery]` describes
gateway     the process beside the scheduler
logbook     pieces of logs, written where they belong
beginnings  where logs of remote attempts begin in their files
session     a worker's session with its scheduler
bridge      the process beside a worker's runner
shipping    logs on their way to the scheduler's machine
sources     a worker's cache of DAG source
bridge_process  the bridge as Celery's process has it: a child, and a wire
inside      what a worker's Celery process and its bridge say to each other
runner_link a worker's runner, seen from its bridge
belfry      bells, rung again when they got lost
urls        broker URLs: which kinds are known, how they are shown
trouble     what a broker's refusal means, with the way out
closed_channel  a channel of Redis whose connection was closed says so
pool        what Celery takes for its pool of processes
worker      `airflow worker`
control     questions and orders for workers that run
"""
