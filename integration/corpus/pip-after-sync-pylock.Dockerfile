# syntax=uvlayers/frontend
# shape: `uv sync`, then `uv pip install -r pylock.toml` into the same environment
# run: .venv/bin/python -c 'import alpha, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock pylock.toml ./
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project
# uvlayers: as written: an earlier command made its environment
RUN uv pip install -r pylock.toml
