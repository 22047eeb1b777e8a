"""The table of names, one file per package of Airflow.

Each file has up to four tables, by what importing a name says about the age of a DAG file:
`V1` (Airflow 1.x only), `V2` (2.x manners), `V3` (today's), `ANY` (says nothing). A row is

    "airflow.module": {"home": "Name Old=New"}

A home below `airflow.` is where the name lives today (and is looked up there in turn); any other
home is the module that has it. Several homes per module are fine; `Old=New` serves `New` as `Old`.

core        airflow itself: configuration, settings, exceptions, macros, timetables, triggers, ...
sdk         airflow.sdk and everything below it: today's names
standard    airflow.providers.standard: today's paths of the operators shipped here
providers   other providers' names shipped here for when the provider is not installed
operators, sensors, hooks, models, utils, decorators, contrib
            older homes, nearly all of them pointing at today's
"""
