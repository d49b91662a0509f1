"""The machine briefgen runs on: files, YAML, limits, child processes, threads and the installation check.

Anything may import from here; nothing here knows letters or sources.
"""
