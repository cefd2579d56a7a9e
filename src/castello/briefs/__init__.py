"""
Findings for people: a **brief** in the terminal, as Markdown, as one HTML file.

A **profile** says for whom it is made (``own``, ``partner``, ``public``) and what may leave the user's machine.
"""
