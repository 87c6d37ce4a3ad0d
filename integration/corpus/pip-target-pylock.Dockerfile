# syntax=uvlayers/frontend
# shape: `uv pip install --target DIRECTORY -r pylock.toml`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pylock.toml ./
# uvlayers: as written: `--target` is set: it installs into a directory
RUN uv pip install --target /srv/lib -r pylock.toml
