# syntax=uvlayers/frontend
# shape: `if [ -f setup.cfg ]; then pip install .; else uv sync; fi`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN if [ -f setup.cfg ]; then pip install .; else uv sync --frozen; fi
