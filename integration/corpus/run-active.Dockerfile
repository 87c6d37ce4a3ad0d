# syntax=uvlayers/frontend
# shape: `uv venv /opt/venv`, then `uv sync --active`
# run: python -c 'import alpha'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN uv venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --active
