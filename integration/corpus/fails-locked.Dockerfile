# syntax=uvlayers/frontend
# shape: `--locked`, and the lock does not fit the project
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
COPY worker/pyproject.toml .
# uvlayers: as written: uv.lock does not match the project: `worker` is another kind of package
# uvlayers: fails
RUN uv sync --locked
