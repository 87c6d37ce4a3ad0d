# syntax=uvlayers/frontend
# shape: `RUN useradd app && mkdir -p /data && chown app /data` after the environment, `COPY --chown`, `USER`
# run: sh -c 'shop && id && stat -c "%A %u:%g %n" /data /data/one.txt'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
RUN set -eux; \
    groupadd --gid 1234 app; \
    useradd --uid 1234 --gid app --create-home app; \
    mkdir -p /data /app/logs; chown app /data; chmod 700 /data; \
    ln -s /app/.venv/bin/shop /usr/local/bin/shop
COPY --chown=app data/one.txt /data/
USER app
WORKDIR /home/app/work
