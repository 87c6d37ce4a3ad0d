# syntax=uvlayers/frontend
# shape: `python -m uv sync`, as `pip install uv` invites to
# run: .venv/bin/shop
FROM python:3.13-slim
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN python -m uv sync --frozen --no-install-project
COPY . .
# uvlayers: layers
RUN python -m uv sync --frozen
