"""Lists that people read: shared by the commands and the REST API, free of presentation.

paging      a page of rows and how many there are in all; ordering by known columns
dags        DAGs, their tags and owners
files       files: how they were read, and why they could not be
specs       the frozen description of a DAG
runs        runs of DAGs
backfills   backfills, with how far they are
instances   task instances and their earlier tries
values      XComs
counts      how many DAGs and runs are in which state
why         why something does not run
durations   how long tasks took
audit       who did what
access      what DAGs grant to roles
misses      missed SLAs and deadlines
queues      how busy queues and machines are
schema      whether the database can be worked with, quickly
"""
