# syntax=uvlayers/frontend
# shape: directories above the environment with modes and owners of their own
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN install -d -m 711 -o 33 /srv/one && install -d -m 1770 -g 33 /srv/one/two
ENV UV_PROJECT_ENVIRONMENT=/srv/one/two/three/venv
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
