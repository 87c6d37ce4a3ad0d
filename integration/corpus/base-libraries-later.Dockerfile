# syntax=uvlayers/frontend
# shape: an interpreter that cannot run before `ldconfig`
FROM uvlayers-test/debian-python:trixie
COPY --from=python:3.13-slim /usr/local /usr/local
RUN ldconfig
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --project worker --python /usr/local/bin/python3
