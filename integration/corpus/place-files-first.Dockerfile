# syntax=uvlayers/frontend
# shape: `COPY . .`, `RUN useradd app && chown -R app /app` and `USER app` before the sync
# run: stat -c "%U %a" /app /app/pyproject.toml /app/.venv
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN useradd --create-home app && chown -R app:app /app
USER app
# uvlayers: layers
RUN uv sync --locked
