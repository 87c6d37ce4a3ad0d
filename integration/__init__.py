"""Real engines, a real registry and real packages for tests, demo and benchmarks."""
