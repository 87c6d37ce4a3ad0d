# syntax=uvlayers/frontend
# shape: `uv pip sync` of requirements that name the URL and the hash of every wheel
# run: .venv/bin/python -c 'import alpha, theta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN uv venv
COPY exact.txt ./
# uvlayers: layers
RUN uv pip sync --compile-bytecode exact.txt
