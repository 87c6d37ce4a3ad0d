# syntax=uvlayers/frontend
# shape: the same by `uv pip install --system --no-deps -r`, with a cache mount
# run: python -c 'import alpha, theta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
# uvlayers: as written: it would not ask its wheels whether they permit this Python, once they are there
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=exact.txt,target=exact.txt \
    UV_LINK_MODE=copy uv pip install --system --no-deps -r exact.txt
