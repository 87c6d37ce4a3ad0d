# syntax=uvlayers/frontend
# shape: `COPY --from=builder` of the environment to the same path
# run: shop
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
WORKDIR /app
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --locked --no-install-project --no-editable
COPY . /app
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-editable

FROM python:3.13-slim
# uvlayers: layers
COPY --from=builder /app/.venv /app/.venv
ENTRYPOINT ["/app/.venv/bin/shop"]
