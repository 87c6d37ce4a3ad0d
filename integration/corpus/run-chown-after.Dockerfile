# syntax=uvlayers/frontend
# shape: `uv sync && chown -R app /app`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN useradd app
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-dev && chown -R app /app
USER app
