# syntax=uvlayers/frontend
# shape: `uv pip sync pylock.toml`, then one that removes packages
# run: .venv/bin/python -c 'import alpha'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock pylock.toml ./
RUN uv venv && uv export --quiet --frozen --no-dev --no-emit-project -o pylock.main.toml
# uvlayers: layers
RUN uv pip sync pylock.toml
# uvlayers: as written: it removes what an earlier command installed: `delta`
RUN uv pip sync pylock.main.toml
