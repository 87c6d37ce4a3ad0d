# syntax=uvlayers/frontend
# shape: an environment that holds packages, then `uv pip install -r pylock.toml`
# run: .venv/bin/python -c 'import alpha, theta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml pylock.toml ./
RUN uv venv && uv pip install theta
# uvlayers: as written: the environment that is there has packages of its own: `theta`
RUN uv pip install -r pylock.toml
