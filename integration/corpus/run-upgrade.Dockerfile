# syntax=uvlayers/frontend
# shape: flags with which the lock does not decide, `--upgrade`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: `--upgrade` is set: it resolves anew
RUN uv sync --upgrade
