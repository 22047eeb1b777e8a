"""The tables. Importing `venturi.store.schema.all` fills the metadata with all of them.

base        column types, the metadata
dags        DAGs, their versions, code and files
runs        runs, task instances, attempts, XComs
engine      leases, callbacks, jobs: what the engine keeps for itself
people      variables, connections, pools, users, the audit log and the tables of 1.x
later       tables whose machinery comes with later features: assets, triggers
"""
