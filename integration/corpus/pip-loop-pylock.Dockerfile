# syntax=uvlayers/frontend
# shape: `uv pip install -r pylock.toml` in a loop
# run: python -c 'import alpha'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pylock.toml ./
# uvlayers: as written: it runs in a loop
RUN for lock in pylock.toml; do uv pip install --system -r pylock.toml; done
