# syntax=uvlayers/frontend
# shape: the same with a project that is to be built
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: its alternative runs where `shop` cannot be installed
RUN for attempt in 1 2 3; do if uv sync --frozen; then break; fi; sleep 1; done
