# syntax=uvlayers/frontend
# shape: a `RUN` before the environment fails
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: fails
RUN echo before && \
    test -e nowhere
RUN uv sync --frozen
