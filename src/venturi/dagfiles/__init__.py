"""Which DAG files there are, and what has changed.

scan        the files of a DAG folder: subfolders, symlinks, .airflowignore, zip, safe mode
ignore      .airflowignore in both syntaxes
watcher     wakes the scheduler when something below the folders changes
"""
