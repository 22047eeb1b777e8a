"""Where attempts go: an executor has a capacity and passes orders on.

celery/     workers on other machines, behind a broker
table       executors by the names that `[core] executor` knows
installed   the limits of the installation, for questions about them
"""
