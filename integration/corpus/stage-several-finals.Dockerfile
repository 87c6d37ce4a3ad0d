# syntax=uvlayers/frontend
# shape: several final stages on one environment
# build: --target web
# run: shop
FROM python:3.13-slim AS base
ENV UV_PYTHON_DOWNLOADS=never PATH="/app/.venv/bin:$PATH"

FROM base AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-editable --no-dev

FROM builder AS tests
RUN uv sync --locked --group dev && python -c "import delta"

FROM base AS worker
COPY --from=builder /app/.venv /app/.venv
CMD ["python", "-m", "shop"]

FROM base AS web
# uvlayers: layers
COPY --from=builder /app/.venv /app/.venv
EXPOSE 8000
CMD ["shop"]
