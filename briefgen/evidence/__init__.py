"""Check that every statement of a library is true to its sources: quotes, numbers, hedges, speakers, reviews.

Start at `checks.check_library`. Other packages may import any public name of its modules.
"""
