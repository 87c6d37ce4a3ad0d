# syntax=uvlayers/frontend
# shape: `uv sync --locked || …`, and the lock does not fit the project: the other side runs
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
COPY worker/pyproject.toml .
# uvlayers: as written: uv.lock does not match the project: `worker` is another kind of package
RUN uv sync --locked || uv venv /opt/none
