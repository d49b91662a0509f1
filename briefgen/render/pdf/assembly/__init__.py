"""Assemble letters from blocks that have been laid out before, byte for byte as WeasyPrint would set them.

`assembler.LetterAssembler` is the entry point; `renderer.PdfRenderer` uses it, and lays out in full whatever
it cannot place. docs/speed.md explains how it works and how it is proved.
"""
