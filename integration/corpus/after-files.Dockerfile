# syntax=uvlayers/frontend
# shape: `echo … > FILE`, `cat > FILE <<EOF`, `sed -i`, `cp` and `mv` of a file after the environment
# run: sh -c '/app/.venv/bin/shop && /start && cat /etc/version /etc/list && ls /app'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ARG VERSION=1.2
ENV PATH="/app/.venv/bin:$PATH"
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
RUN echo "$VERSION" > /etc/version && printf 'built %s\n' "${VERSION}" >> /etc/version
RUN cat <<'END' > /start && chmod +x /start
#!/bin/sh
exec /app/.venv/bin/shop "$@"
END
RUN sed -i 's/\r$//g' /start && cp /start /usr/local/bin/start && mv data/one.txt data/1.txt
RUN echo one | tee /etc/list > /dev/null; echo two | tee -a /etc/list
