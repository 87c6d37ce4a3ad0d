# syntax=uvlayers/frontend
# shape: `uv pip install -r pylock.toml`, then the same without the development group
# run: .venv/bin/python -c 'import alpha, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock pylock.toml ./
RUN uv venv
RUN uv export --quiet --frozen --no-dev --no-emit-project -o pylock.main.toml
# uvlayers: layers
RUN uv pip install -r pylock.main.toml
# uvlayers: layers
RUN uv pip install -r pylock.toml
