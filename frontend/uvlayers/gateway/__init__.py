"""The wire to BuildKit: the only importer of grpc."""
