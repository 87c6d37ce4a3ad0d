# syntax=uvlayers/frontend
# shape: a group that the project does not have
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: fails: group `nowhere` is not defined in the project's `dependency-groups` table
RUN uv sync --frozen --group nowhere
