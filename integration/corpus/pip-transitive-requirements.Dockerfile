# syntax=uvlayers/frontend
# shape: requirements by URL whose dependencies `uv pip install` resolves
# run: python -c 'import alpha, theta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY exact.txt ./
# uvlayers: as written: what its requirements depend on is resolved when it runs
RUN uv pip install --system --require-hashes -r exact.txt
