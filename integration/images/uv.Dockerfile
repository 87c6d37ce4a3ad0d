# Stands in for the image that uv's authors publish: two static programs and nothing else.
FROM scratch
COPY uv uvx /
WORKDIR /io
ENTRYPOINT ["/uv"]
