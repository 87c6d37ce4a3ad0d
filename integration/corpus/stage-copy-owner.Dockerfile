# syntax=uvlayers/frontend
# shape: `COPY --from=builder` of the environment, then `RUN chown -R`
# run: sh -c 'shop; stat -c "%A %u:%g %n" /app /app/* /app/.venv/* /app/.venv/bin/*'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
FROM python:3.13-slim
WORKDIR /app
# uvlayers: layers
COPY --from=builder /app /app
ENV PATH="/app/.venv/bin:$PATH"
# uvlayers: layers
RUN useradd --shell /bin/bash app && chown -R app:app .
USER app
