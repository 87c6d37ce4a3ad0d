# syntax=uvlayers/frontend
# shape: `RUN useradd --home-dir /app app && chmod 750 /app && chown -R app:app /app` after the environment
# run: sh -c 'shop; id; stat -c "%A %U:%G %n" /app /app/* /app/.venv/bin/*'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
ENV PATH="/app/.venv/bin:$PATH"
# uvlayers: layers
RUN groupadd --system --gid 1001 app && \
    useradd --system --uid 1001 --gid app --home-dir /app --shell /sbin/nologin app && \
    mkdir -p -m 700 /app/logs /app && chmod 750 /app && chown -R app:app /app
COPY --chown=app data/one.txt /app/
USER app
