# syntax=uvlayers/frontend
# shape: `if [ "$MIRROR" = 1 ]; then sed -i … uv.lock; else …; fi; uv sync`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG MIRROR=0
WORKDIR /app
COPY . .
# uvlayers: layers
RUN if [ "$MIRROR" = 1 ]; then \
        sed -i 's|files.example|mirror.example|g' uv.lock; \
    else \
        sed -i 's|mirror.example|files.example|g' uv.lock; \
    fi; \
    uv sync --frozen && touch done
