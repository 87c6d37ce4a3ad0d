# syntax=uvlayers/frontend
# shape: `uv venv`, then `uv pip sync pylock.toml`
# run: .venv/bin/python -c 'import alpha, gamma, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN uv venv
COPY pylock.toml ./
# uvlayers: layers
RUN uv pip sync pylock.toml
