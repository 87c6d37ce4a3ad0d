"""Messages of the wire, generated from proto/ by `python proto/generate.py`."""
