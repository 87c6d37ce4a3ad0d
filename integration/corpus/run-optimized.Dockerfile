# syntax=uvlayers/frontend
# shape: `ENV PYTHONOPTIMIZE=2 UV_COMPILE_BYTECODE=1`
# run: sh -c '/app/.venv/bin/shop && find /app/.venv -name "*.opt-2.pyc" | wc -l'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV PYTHONOPTIMIZE=2 UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY . .
# uvlayers: as written: modules are compiled as `PYTHONOPTIMIZE` has it
RUN uv sync --frozen
