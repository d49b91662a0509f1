"""Draws figures: data with their values read, to one scene, which is written as SVG and painted as PNG.

It knows neither snippets nor documents. What is drawn depends on the data alone: no clock, no system font.
"""
