# syntax=uvlayers/frontend
# shape: `RUN chgrp -R` and `RUN chown -R` of the environment alone, which another stage copies
# run: sh -c 'stat -c "%A %u:%g %n" /srv /srv/venv /srv/venv/bin/*'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
ENV UV_PROJECT_ENVIRONMENT=/srv/venv
COPY . .
# uvlayers: layers
RUN uv sync --frozen
# uvlayers: layers
RUN chgrp -R 7 /srv/venv; mkdir /data
# uvlayers: layers
RUN chown --recursive 1000 /srv/venv /data && chown 7:7 /data
FROM python:3.13-slim
WORKDIR /app
COPY pyproject.toml .
# uvlayers: layers
COPY --from=builder /srv/venv /srv/venv
