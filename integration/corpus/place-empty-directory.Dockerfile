# syntax=uvlayers/frontend
# shape: a directory that is there already, empty, with a mode and an owner of its own
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN install -d -m 750 -o 33 -g 33 /opt/venv
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
