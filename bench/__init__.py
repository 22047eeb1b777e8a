"""`make bench`: what the product takes, beside what the machine allows in the same minutes.

run         the program: picks workloads, repeats them, prints and writes the report
workloads   the table of workloads; each is a small function that returns figures
engine      a fresh home with a running instance, and what its database says afterwards
dags        the DAG files that the workloads run
floor       the cost of a bare and of a working fork, measured in a process of its own
processes   memory and CPU of all processes of an instance
figures     values with their floor, ratio and budget; medians and spread; text and JSON
"""
