# syntax=uvlayers/frontend
# shape: a program, `uv sync` and `uv run python …`, joined by `&&`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY . .
# uvlayers: layers
RUN mkdir /srv/data && uv sync --frozen --no-dev && uv run --frozen --no-dev python -B -c "import gamma"
