# syntax=uvlayers/frontend
# shape: `VIRTUAL_ENV`, and `uv pip install -r pylock.toml` with a cache mount
# run: python -c 'import alpha, gamma, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN uv venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH" UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /app
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=pylock.toml,target=pylock.toml \
    uv pip install -r pylock.toml
COPY src src
