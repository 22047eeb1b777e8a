"""Every command, in all spellings, from one table.

table/      the commands as rows: words, old spellings, arguments, the function behind each
find        which row the words on the command line mean
parse       the parser of that one row, and only that
main        run it; a sentence and an exit code when it cannot be done
help        the overview, and the overview of a group
complete    completion by argcomplete
commands/   the functions: each calls one or two functions of the rooms below, and prints
output      tables, JSON, YAML, plain text
session     what a command needs: configuration, database, who acts, the bell
dates       dates as people write them
daemon      going to the background; pid files
"""
