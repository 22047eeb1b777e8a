"""Handlers: one file a noun, each function one operation of the contract.

A handler reads or changes through the store and answers with a shape; it decides nothing.
"""
