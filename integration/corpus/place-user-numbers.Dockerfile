# syntax=uvlayers/frontend
# shape: `USER 1000:1000` that the image does not know, `HOME` set
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV HOME=/tmp
WORKDIR /app
COPY --chown=1000:1000 . .
RUN chown 1000:1000 /app
USER 1000:1000
# uvlayers: layers
RUN uv sync --frozen --no-cache
