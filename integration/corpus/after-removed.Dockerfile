# syntax=uvlayers/frontend
# shape: the environment is removed again, and made anew
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
RUN rm -rf .venv
# uvlayers: layers
RUN uv sync --frozen --no-dev
