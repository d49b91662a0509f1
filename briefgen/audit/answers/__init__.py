"""Giving a draft back with what the audit found: as Word comments, PDF highlights, a page, or annotations.

`registry.write_answer` writes a file by its ending; `github.format_annotations` prints for a workflow.
"""
