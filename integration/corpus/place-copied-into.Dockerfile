# syntax=uvlayers/frontend
# shape: an environment in the project's directory, made before `COPY . .` and then synced
# run: .venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN uv venv
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --frozen --no-install-project --no-dev
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-dev
