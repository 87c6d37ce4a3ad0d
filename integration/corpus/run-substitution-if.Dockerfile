# syntax=uvlayers/frontend
# shape: `uv sync $(if [ -z "$ARG" ]; then echo ""; else echo "--extra $ARG"; fi)`, files, a loop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG EXTRA=web
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --frozen --no-dev --no-install-project $(if [ -z "$EXTRA" ]; then echo ""; else echo "--extra $EXTRA"; fi)
COPY . .
# uvlayers: layers
RUN uv sync --frozen $(test -d tests || echo --no-dev) $(for e in $EXTRA; do printf -- '--extra %s ' "$e"; done)
