"""Pages without scripts, until there is a user interface.

front   the page at /, the list of operations at /docs, their style, the OpenAPI document
html    text into markup, escaped without exception
"""
