# syntax=uvlayers/frontend
# shape: `. $HOME/.local/bin/env && uv sync`, as uv's installer leaves it
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /root/.local/bin/
COPY <<'FILE' /root/.local/bin/env
#!/bin/sh
# add binaries to PATH if they aren't added yet
case ":${PATH}:" in
    *:"$HOME/.local/bin":*)
        ;;
    *)
        export PATH="$HOME/.local/bin:$PATH"
        ;;
esac
FILE
WORKDIR /app
COPY . .
# uvlayers: layers
RUN . $HOME/.local/bin/env && uv sync --frozen
