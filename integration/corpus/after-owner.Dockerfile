# syntax=uvlayers/frontend
# shape: `RUN useradd app && chown -R app:app /app` after the environment, then `USER` and a `COPY`
# run: sh -c 'shop && id && touch /app/.venv/lib/python3.13/site-packages/x && stat -c "%A %U:%G %n" /app /app/* /app/.venv/bin/*'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
ENV PATH="/app/.venv/bin:$PATH"
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --frozen --no-install-project
COPY . .
# uvlayers: layers
RUN uv sync --frozen
RUN mkdir -p /app/logs
# uvlayers: layers
RUN groupadd --gid 1234 app && useradd --uid 1234 --gid app --create-home app && chown -R app:app /app
COPY --chown=app data/one.txt /app/data/
USER app
