# syntax=uvlayers/frontend
# shape: a `pylock.toml` that names the project itself
# run: .venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN uv export --quiet --frozen --no-dev --no-editable -o pylock.shop.toml && uv venv
# uvlayers: layers
RUN uv pip sync pylock.shop.toml && rm -rf /root/.cache/uv
