# syntax=uvlayers/frontend
# shape: a set-gid directory above the environment
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN install -d -m 2775 -g 33 /srv/shared
ENV UV_PROJECT_ENVIRONMENT=/srv/shared/venv
WORKDIR /app
COPY . .
# uvlayers: as written: a directory hands its group down: `/srv/shared`
RUN uv sync --frozen
