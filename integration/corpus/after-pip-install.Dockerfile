# syntax=uvlayers/frontend
# shape: `uv pip install` into the environment, then a sync that would remove it again
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --frozen --no-install-project
RUN uv pip install theta
COPY . .
# uvlayers: as written: the environment that is there has packages of its own: `alpha`
RUN uv sync --frozen
