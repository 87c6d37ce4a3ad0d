#!/bin/sh
set -e
uv sync --frozen
