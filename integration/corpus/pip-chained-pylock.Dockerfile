# syntax=uvlayers/frontend
# shape: `uv venv && uv pip sync pylock.toml` in one `RUN`
# run: .venv/bin/python -c 'import alpha, gamma, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pylock.toml ./
# uvlayers: layers
RUN uv venv && uv pip sync pylock.toml
