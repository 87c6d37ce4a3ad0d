# syntax=uvlayers/frontend
# shape: a heredoc, `RUN <<EOF`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN <<EOF
set -eux
cd backend
UV_LINK_MODE=copy uv sync --frozen
uv run --frozen python -B -c "import zeta"
EOF
