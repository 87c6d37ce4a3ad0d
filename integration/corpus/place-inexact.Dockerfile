# syntax=uvlayers/frontend
# shape: `python -m venv`, its pip and uv in it, then `uv sync --active --inexact` twice
# run: shop
FROM python:3.13-slim
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
RUN python -m venv "$VIRTUAL_ENV" && pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --active --frozen --inexact --no-install-project
COPY . .
# uvlayers: layers
RUN uv sync --active --frozen --inexact
