# syntax=uvlayers/frontend
# shape: `uv sync` after `COPY . .`
# run: shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync
ENV PATH="/app/.venv/bin:$PATH"
CMD ["shop"]
