# syntax=uvlayers/frontend
# shape: `ENV PATH` and `ENV PYTHONPATH` between two syncs
# run: /app/.venv/bin/shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
WORKDIR /app/
ENV UV_COMPILE_BYTECODE=1
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --frozen --no-install-project
ENV PATH="/app/.venv/bin:$PATH"
ENV PYTHONPATH=/app
COPY pyproject.toml uv.lock /app/
COPY src /app/src
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv uv sync
