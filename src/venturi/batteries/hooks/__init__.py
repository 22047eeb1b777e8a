"""Connections to the outside, one per file.

subprocess, filesystem, package_index  programs, paths, an index of Python packages
dbapi                                  what all SQL databases have in common
mysql, postgres, sqlite                one database each; the driver is imported when it is needed
http                                   a web service
"""
