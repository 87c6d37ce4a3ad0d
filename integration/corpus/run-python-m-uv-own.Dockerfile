# syntax=uvlayers/frontend
# shape: `python -m uv sync`, where a module of the project's own takes the place of uv's
FROM python:3.13-slim
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
WORKDIR /app
COPY . .
COPY <<EOF uv.py
import os, sys
os.execvp("uv", ["uv", *sys.argv[1:], "--no-dev"])
EOF
# uvlayers: as written: `python` may import it before uv: `/app/uv.py`
RUN python -m uv sync --frozen
