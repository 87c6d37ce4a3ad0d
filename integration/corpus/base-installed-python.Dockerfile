# syntax=uvlayers/frontend
# shape: a Python that an earlier `RUN` has installed
# run: /app/.venv/bin/shop
FROM uvlayers-test/debian:trixie-slim
RUN apt-get -o Acquire::Check-Valid-Until=false update -qq && \
    apt-get install -y -qq --no-install-recommends python3 > /dev/null && \
    rm -rf /var/lib/apt/lists/*
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked
