# syntax=uvlayers/frontend
# shape: `uv export -o pylock.toml && uv pip sync pylock.toml`, for the system's Python
# run: python -c 'import alpha, gamma'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_SYSTEM_PYTHON=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv export --quiet --frozen --no-dev --no-emit-project -o pylock.toml && \
    uv pip sync pylock.toml
