# syntax=uvlayers/frontend
# shape: `uv sync && mkdir -p /data && chown … && chmod …`, then files are copied there
# run: stat -c '%A %u:%g %n' /data /data/one.txt
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-install-project && mkdir -p /data && chown nobody /data && chmod 700 /data
COPY data/one.txt /data/
