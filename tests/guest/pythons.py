"""The interpreters that guest programs are run with: this one, and those the developer names."""

import os
import sys

PYTHONS = [sys.executable, *filter(None, os.environ.get("UVLAYERS_PYTHONS", "").split(os.pathsep))]
