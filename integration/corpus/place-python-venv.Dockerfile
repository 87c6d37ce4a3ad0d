# syntax=uvlayers/frontend
# shape: `python -m venv`, whose pip stays, then `uv sync` into it as another user; copied to the last stage
# run: sh -c 'shop && pip --version | cut -d " " -f 2'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN useradd -m app && install -d -o app -g app -m 750 /app
USER app
WORKDIR /app
RUN python -m venv --prompt shop /app/venv && chmod 711 /app/venv/lib
ENV UV_PROJECT_ENVIRONMENT=/app/venv UV_COMPILE_BYTECODE=1
COPY --chown=app . .
# uvlayers: layers
RUN --mount=type=cache,target=/home/app/.cache/uv,uid=1000,gid=1000 uv sync --locked --no-install-project
# uvlayers: layers
RUN uv sync --locked --no-editable

FROM python:3.13-slim
RUN useradd -m app
# uvlayers: layers
COPY --from=builder --chown=app:app /app/venv /app/venv
ENV PATH="/app/venv/bin:$PATH"
