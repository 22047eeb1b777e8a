"""Where attempts go: an executor has a capacity and passes orders on.

table       executors by the names that `[core] executor` knows
"""
