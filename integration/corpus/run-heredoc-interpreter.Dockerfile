# syntax=uvlayers/frontend
# shape: a heredoc that names its interpreter, `#!/bin/sh`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN <<EOF
#!/bin/sh
set -e
uv sync --frozen --no-dev
EOF
