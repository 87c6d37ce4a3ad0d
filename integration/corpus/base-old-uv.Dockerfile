# syntax=uvlayers/frontend
# shape: uv 0.8
# run: .venv/bin/python -c "import alpha"
FROM python:3.13-slim
COPY --from=uvlayers-test/uv:0.8 /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --compile-bytecode --no-install-project
