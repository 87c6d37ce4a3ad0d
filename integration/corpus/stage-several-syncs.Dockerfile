# syntax=uvlayers/frontend
# shape: several syncs of one stage, each with more
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project
# uvlayers: layers
RUN uv sync --frozen --no-install-project --extra web
COPY . .
# uvlayers: layers
RUN uv sync --frozen --extra web
