"""Rendering: turns a Document into PDF, DOCX or plain text.

Others import the renderers from `registry`, page sizes and letter layouts from `layouts`, and the checks in
`address_window`, `fonts` and `image_checks`. Nothing here knows about snippets or recipients.
"""
