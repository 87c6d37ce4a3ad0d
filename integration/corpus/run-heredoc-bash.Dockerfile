# syntax=uvlayers/frontend
# shape: a heredoc for another shell, `RUN <<EOF bash -xe`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv <<EOF bash -xe
uv sync --frozen
EOF
