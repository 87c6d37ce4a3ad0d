# syntax=uvlayers/frontend
# shape: `UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy uv sync`
# run: /opt/venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy uv sync --frozen --no-dev
