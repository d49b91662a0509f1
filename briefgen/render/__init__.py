"""Renderings: a Document becomes a PDF, a DOCX or plain text. Nothing here knows snippets or recipients."""
