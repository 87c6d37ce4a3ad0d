# syntax=uvlayers/frontend
# shape: `uv sync && useradd app && mkdir -p /data && chown app /data && ln -s …`
# run: sh -c 'shop && id app && stat -c "%A %U:%G %n" /data'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --frozen --no-install-project && useradd --system --create-home app
COPY . .
# uvlayers: layers
RUN uv sync --frozen && mkdir -p /data && chown app /data && ln -s /app/.venv/bin/shop /usr/local/bin/shop
USER app
