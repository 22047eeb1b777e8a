"""Bodies, queries and answers of the REST API in the contract's words, one file a noun.

Answers are made from rows by a function beside them. Bodies refuse fields they do not know.
"""
