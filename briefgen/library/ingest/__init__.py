"""Add works, texts and snippets to a library, from files that people have.

The steps, in order: `extract` turns a file into paragraphs (with `pandoc_blocks`, `pdf_lines` and
`pdf_paragraphs`); `add_source` plans its record and reference; `bibliography` and `add_references` do the
same for a reference manager's export; `draft_snippet` starts a snippet from a quote. They only plan files;
`curate` runs them for a campaign's folder, writes the files, and is what the command line imports.
"""
