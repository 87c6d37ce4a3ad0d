# syntax=uvlayers/frontend
# shape: a path through a symbolic link of the distribution's, `/lib` to `/usr/lib`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: the environment's path goes through a symbolic link: `/lib`
RUN UV_PROJECT_ENVIRONMENT=/lib/shop uv sync --frozen
