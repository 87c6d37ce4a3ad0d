# syntax=uvlayers/frontend
# shape: `uv pip install --system -r pylock.toml`
# run: python -c 'import alpha, gamma, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pylock.toml ./
# uvlayers: layers
RUN uv pip install --system --no-cache --require-hashes -r pylock.toml
