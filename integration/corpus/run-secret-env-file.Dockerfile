# syntax=uvlayers/frontend
# shape: `if [ -f F ]; then set -a && . F && set +a; fi; uv sync`
# build: --secret id=settings,src=$CONTEXT/settings.env
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it comes after a conditional `set`
RUN --mount=type=secret,id=settings,target=/run/settings.env \
    if [ -f /run/settings.env ]; then set -a && . /run/settings.env && set +a; fi; \
    uv sync --frozen
