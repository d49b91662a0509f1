"""Reading drafts: Word, PDF, OpenDocument, Markdown, plain text and e-mail.

`registry.read_draft` reads a file in a process of its own; answers use `docx_text` to find words again.
"""
