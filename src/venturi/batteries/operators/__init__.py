"""Tasks that do something, one family per file.

bash, python, python_virtualenv        run a command, call a function here or in another Python
branch, branch_datetime, branch_weekday, short_circuit, latest_only
                                       decide which of the tasks that follow are to run
empty, smooth, subdag                  mark a place, play a tune, hold a DAG inside a DAG
trigger_dagrun                         start a run of another DAG
sql, sql_check, mysql, postgres, sqlite, generic_transfer
                                       ask, check and copy between databases
http, email                            call a web service, send a mail
"""
