"""Every command, in all spellings, from one table.

table/      the commands as rows: words, old spellings, arguments, the function behind each
find        which row the words on the command line mean
parse       the parser of that one row, and only that
main        run it; a sentence and an exit code when it cannot be done
help        the overview, and the overview of a group
complete    completion by argcomplete
docs        the page of all commands
commands/   the functions: each calls one or two functions of the rooms below, and prints
output      tables, JSON, YAML, plain text
progress    a bar for long work
session     what a command needs: configuration, database, who acts, the bell
dates       dates as people write them
files       files that people import and export
daemon      going to the background; pid files
localdags   DAGs read from their files in this process
graph       a DAG as text, and for Graphviz
upcoming    the next runs of a DAG
backfill_watch  waiting for backfills: a bar, or lines
gantt       a simulation as a picture of characters
control     the services of this installation: what runs, since when, and how it is
supervise   the process behind `airflow up`
"""
