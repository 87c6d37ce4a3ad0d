# syntax=uvlayers/frontend
# shape: two syncs in one `RUN`, each in its directory, and a program between
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN cd backend && uv sync --frozen && cd .. && mkdir /data && cd worker && uv sync --frozen
