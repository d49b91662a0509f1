"""Reading finished PDF and DOCX files back, to trace them to their evidence or compare them with each other.

The command line uses `trace.trace_document` and `compare.compare_files`; the other modules serve those two.
"""
