# syntax=uvlayers/frontend
# shape: `--locked`, and a member that the lock does not have is there only by its own mount
FROM python:3.13-slim AS base
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/

FROM base AS project
WORKDIR /project
COPY <<FILE pyproject.toml
[project]
name = "shop"
version = "1"
requires-python = ">=3.9"

[tool.uv.workspace]
members = ["packages/*"]
FILE
COPY <<FILE member.toml
[project]
name = "till"
version = "1"
requires-python = ">=3.9"
FILE
RUN uv lock --offline

FROM base
WORKDIR /app
# uvlayers: as written: uv.lock does not match the project: the workspace has other members
# uvlayers: fails
RUN --mount=type=bind,from=project,source=project/uv.lock,target=uv.lock \
    --mount=type=bind,from=project,source=project/pyproject.toml,target=pyproject.toml \
    --mount=type=bind,from=project,source=project/member.toml,target=packages/till/pyproject.toml \
    uv sync --locked
