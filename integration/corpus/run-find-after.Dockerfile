# syntax=uvlayers/frontend
# shape: `uv sync && find .venv -name __pycache__ -exec rm …`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen \
    && find .venv -name __pycache__ -prune -exec rm -r {} + \
    && find .venv -name '*.dist-info' -maxdepth 4 -exec rm -f {}/INSTALLER \;
