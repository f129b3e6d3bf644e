import pytest
from macwright.gen.cache import cache_root


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Figures of a test are measured in that test; the place and route tools keep their compiled code."""
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(cache_root() / "yowasp"))
    monkeypatch.setenv("MACWRIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))
