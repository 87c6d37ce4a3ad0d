# syntax=uvlayers/frontend
# shape: a `RUN` between the sync of the dependencies and that of the project
# run: sh -c 'cat /static/listed && ls /app && shop'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
# uvlayers: layers
RUN --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --locked --no-install-project
RUN mkdir /static && ls > /static/listed
WORKDIR /app
COPY <<EOF settings.py
DEBUG = False
EOF
COPY . .
# uvlayers: as written: the environment that is there has packages of its own: `alpha`
RUN uv sync --locked
ENV PATH="/app/.venv/bin:$PATH"
COPY --chmod=755 start.sh /usr/local/bin/
