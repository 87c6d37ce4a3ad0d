# syntax=uvlayers/frontend
# shape: `UV_PROJECT_ENVIRONMENT=/usr/local` in which pip has installed something
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PROJECT_ENVIRONMENT=/usr/local
WORKDIR /app
COPY . .
RUN pip install --quiet --no-cache-dir --root-user-action=ignore -r requirements.txt
# uvlayers: as written: the base image has packages of its own: `alpha`
RUN uv sync --frozen --inexact
