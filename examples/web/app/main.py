"""A web service that counts its greetings."""

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    greeting: str = "Hello"


settings = Settings()
greetings = Counter("greetings", "How often somebody was greeted")
app = FastAPI()


@app.get("/greet/{name}")
def greet(name: str) -> str:
    greetings.inc()
    return f"{settings.greeting}, {name}"


@app.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
