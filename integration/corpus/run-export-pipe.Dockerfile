# syntax=uvlayers/frontend
# shape: `uv export | uv pip install -r -`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv export --quiet --frozen --no-emit-project --no-dev | grep -v delta | \
    uv pip install --system -r -
