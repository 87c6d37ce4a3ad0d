"""The target interpreter: its facts, its marker environment, its tags and its wheels.

Everything here is a function of what `guest/probe.py` reported from inside the build. The
interpreter that runs the frontend is never consulted.
"""
