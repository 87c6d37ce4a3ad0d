# syntax=uvlayers/frontend
# shape: `uv venv && uv sync --active` in one `RUN`, then `uv run`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV VIRTUAL_ENV=/opt/venv PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv venv /opt/venv && uv sync --frozen --active
RUN uv run --active --frozen shop
