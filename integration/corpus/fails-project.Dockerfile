# syntax=uvlayers/frontend
# shape: the project itself cannot be built
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN rm -r src
# uvlayers: fails
RUN uv sync --frozen
