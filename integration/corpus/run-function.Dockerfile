# syntax=uvlayers/frontend
# shape: a function that is called
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: it is part of a function
RUN <<EOF
install() {
  uv sync --frozen "$@"
}
install --no-dev
EOF
