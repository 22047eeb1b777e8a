"""The commands as data, a file per family.

model       what a row is
args        arguments that many commands have
all         every row, in the order of the help
"""
