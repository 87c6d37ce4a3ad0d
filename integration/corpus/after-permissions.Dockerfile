# syntax=uvlayers/frontend
# shape: `RUN chgrp -R 0 /app && chmod -R g=u /app` after the environment, as OpenShift wants it
# run: sh -c 'shop; stat -c "%A %u:%g %n" /app /app/* /app/.venv/bin/* /app/.venv/lib/python3.13/site-packages/alpha/*'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
ENV UV_COMPILE_BYTECODE=1
# uvlayers: layers
RUN uv sync --frozen
ENV PATH="/app/.venv/bin:$PATH"
# uvlayers: layers
RUN chgrp -R 0 /app && chmod -R g=u /app
# uvlayers: layers
RUN chown -R 1001:0 /app && chmod -R o-rwx,a+X /app && chmod 770 /app
USER 1001
