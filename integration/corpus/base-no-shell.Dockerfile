# syntax=uvlayers/frontend
# shape: an image without a shell, `RUN` in exec form
FROM uvlayers-test/debian-python:trixie AS without-shell
RUN ["python3", "-c", "import os; [os.remove(f'/usr/bin/{name}') for name in ('sh', 'bash', 'dash')]"]
COPY --from=ghcr.io/astral-sh/uv:latest /uv /usr/bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN ["uv", "sync", "--frozen", "--no-install-project"]
ENTRYPOINT ["/app/.venv/bin/python", "-c", "import alpha; print(alpha.VERSION)"]
