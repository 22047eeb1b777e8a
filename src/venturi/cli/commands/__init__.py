"""What commands do: each calls one or two functions of the rooms below, and prints.

db           the metadata database
clean        deleting old rows from it, and what is kept of them
services     scheduler, web server, all in one
dags, runs   DAGs and their runs
tasks        tasks and task instances
testing      running tasks in this process
pools, variables, connections   what people keep in the database
jobs         processes of the engine
config       the configuration
about        version, environment, help
later        commands of Airflow that a later version brings
"""
