# syntax=uvlayers/frontend
# shape: a Python at the place of those that uv downloads
# run: /app/.venv/bin/shop
FROM python:3.13-slim AS python
RUN mkdir -p /python/cpython-3.13.5-linux-x86_64-gnu && \
    cp -r /usr/local/bin /usr/local/lib /usr/local/include /python/cpython-3.13.5-linux-x86_64-gnu/

FROM uvlayers-test/debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PYTHON_INSTALL_DIR=/opt/python UV_MANAGED_PYTHON=1 \
    LD_LIBRARY_PATH=/opt/python/cpython-3.13.5-linux-x86_64-gnu/lib
COPY --from=python /python /opt/python
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked
