# syntax=uvlayers/frontend
# shape: `RUN ["/bin/sh", "-c", "uv sync …"]`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN ["/bin/sh", "-c", "uv sync --frozen --no-install-project && rm -rf /root/.cache/uv"]
