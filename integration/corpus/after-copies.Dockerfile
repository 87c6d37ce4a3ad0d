# syntax=uvlayers/frontend
# shape: COPY, ADD of a file and of an archive, WORKDIR after the dependencies, then the project
# run: sh -c 'cat /srv/static/one.txt && ls /app && shop'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
# uvlayers: layers
RUN --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --locked --no-install-project
ADD static.tar /srv/
ADD --chmod=640 --chown=7:8 data/one.txt /srv/
WORKDIR /srv/static
COPY data ./more/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked
ENV PATH="/app/.venv/bin:$PATH"
COPY --chmod=755 start.sh /usr/local/bin/
COPY <<EOF settings.py
DEBUG = False
EOF
