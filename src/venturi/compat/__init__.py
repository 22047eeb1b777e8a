"""Airflow's names as data, resolved lazily: the door through which old spellings come in.

finder      serves `airflow.*` modules from the table; real provider packages win
rows        how the table is written and looked up
table/      the table itself: which name of which Airflow module is what here
names       from (module, name) to the object; notes the era of the importing file
callers     which file is asking
hints       what a file could spell in today's way, collected for its warnings
missing     the sentence for a name that is not here: which package has it, what replaced it
moved.json  old names whose home is a provider package, and names that are gone (data for missing)
providers   which provider packages are installed and what they say about themselves
shims/      small things Airflow's users import that have no home of their own, one noun each
"""
