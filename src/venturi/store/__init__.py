"""The only SQL: tables, transactions, and every read and write of the metadata database.

engine      opening a database; transactions that retry
schema/     the tables, named and shaped as Airflow's users know them
migrate     creating, upgrading, checking, resetting
versions    DAG versions and their compiled graphs
dags        what is known of DAGs and their files
runs        creating and loading runs
backfills   how backfills bear on their runs
apply       carrying out a plan, guarded
attempts    what a task process needs to start; what it may ask
lease       who may schedule
bell        how others wake the scheduler: a datagram socket under $AIRFLOW_HOME/run
commands/   changes that people make (CLI, REST), one file a noun
queries/    lists that people read
"""
