# syntax=uvlayers/frontend
# shape: two projects, each built in a stage of its own, in one image
# run: sh -c '/srv/backend/.venv/bin/python -c "import zeta" && /srv/worker/.venv/bin/python -c "import eta"'
FROM python:3.13-slim AS uv
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_LINK_MODE=copy

FROM uv AS backend
WORKDIR /srv/backend
COPY backend .
# uvlayers: layers
RUN uv sync --locked

FROM uv AS worker
WORKDIR /srv/worker
COPY worker .
# uvlayers: layers
RUN uv sync --locked

FROM python:3.13-slim
# uvlayers: layers
COPY --from=backend /srv/backend/.venv /srv/backend/.venv
# uvlayers: layers
COPY --from=worker /srv/worker/.venv /srv/worker/.venv
