"""Changes that people make, one file a noun; used by the commands and the REST API.

Each function takes a transaction and plain values, and raises `NotFound`, `Conflict` or
`InvalidInput` with the sentence to show. Whoever calls them rings the scheduler's bell afterwards.

audit        the row that says who did it
dags         pause, unpause, delete
runs         trigger, delete, set state, note
backfills    filling past periods: create, pause, cancel
backfill_dates  which runs that makes, and which of those that are there run again
backfill_marks  taking past periods as done
reruns       runs that go on with the newest code
replays      a run once more from a task on, beside the old record
instances    choosing task instances, clearing them
marks        setting their state by hand
cutshort     attempts that are taken away while they run
pools        slots
variables    values for tasks, encrypted at rest
connections  credentials for tasks, encrypted at rest
jobs         processes that say they are alive
literals     values inside SQL expressions, typed
params       whether values given to a run fit its DAG
belongings   what goes with a run
retention    old history, deleted by the engine in small batches
unused       DAG versions and code that nothing needs any more
clean        `db clean`: old rows, table by table
archives     the tables that keep what `db clean` deleted
schema       removing all tables
"""
