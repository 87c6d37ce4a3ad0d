# syntax=uvlayers/frontend
# shape: `pip install uv && uv sync && rm -rf /root/.cache`
# run: sh -c '.venv/bin/shop && ls -A /root'
FROM python:3.13-slim
WORKDIR /app
COPY . .
# uvlayers: layers
RUN pip install --root-user-action=ignore uv==0.13.9 \
    && uv sync --frozen \
    && rm -rf /root/.cache
