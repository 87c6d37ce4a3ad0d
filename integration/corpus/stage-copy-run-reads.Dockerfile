# syntax=uvlayers/frontend
# shape: `uv sync`, a `RUN` that only reads the environment, then `COPY --from=builder` of it
# run: sh -c 'shop && cat /srv/models'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev
RUN .venv/bin/python -B -c 'import alpha; open("/srv/models", "w").write(alpha.__name__)'

FROM python:3.13-slim
# uvlayers: layers
COPY --from=builder /app/.venv /app/.venv
COPY --from=builder /srv/models /srv/models
COPY . /app
ENV PATH="/app/.venv/bin:$PATH"
