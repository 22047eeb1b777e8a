"""The only SQL: tables, transactions, and every read and write of the metadata database.

open        the store that the configuration names
engine      opening a database; transactions that retry
connect     connections of each kind of database; `patience` bounds how long PostgreSQL's wait
faults      what a database's error means; `largest` the largest value that it takes
now         the database's own clock; `seconds` between two columns; `ids` row ids, in blocks
schema/     the tables, named and shaped as Airflow's users know them
alone       being the only one who changes the tables
migrate     creating, upgrading, checking, resetting
versions    DAG versions and their compiled graphs
dags        what is known of DAGs and their files
bundles     the source of each condition of a DAG file
assets      the assets that DAGs name
pools       pools, as deciding sees them
runs        creating and loading runs
backfills   how backfills bear on their runs
deadlines   of runs, and SLAs of tasks: set, met or missed
history     every change of state of a task instance
calls       callbacks and mails that are due
apply       carrying out a plan, guarded
attempts    what a task process needs to start
asked       what it may ask, one function per request; `direct` answers at once, without an engine
claims      which worker has which attempt
lease       who may schedule
scope       which DAGs somebody may see or act on; `access` has what DAGs grant, as rows
crypto      secrets at rest; `passwords` are kept as hashes
bell        how others wake the scheduler: a datagram socket under $AIRFLOW_HOME/run
commands/   changes that people make (CLI, REST), one file a noun
queries/    lists that people read
"""
