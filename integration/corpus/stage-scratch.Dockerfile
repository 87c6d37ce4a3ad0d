# syntax=uvlayers/frontend
# shape: files of the environment in an image from scratch
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev --no-editable && cp .venv/bin/shop /shop

FROM scratch
# uvlayers: one layer: it is no environment
COPY --from=builder /shop /bin/shop
ENTRYPOINT ["/bin/shop"]
