# syntax=uvlayers/frontend
# shape: `UV_PROJECT_ENVIRONMENT=/usr/local $HOME/.local/bin/uv sync --extra …`
# run: python -c 'import epsilon; print(epsilon)'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /root/.local/bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN UV_PROJECT_ENVIRONMENT=/usr/local $HOME/.local/bin/uv sync --locked --extra web
