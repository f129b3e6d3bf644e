import platformdirs
import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Figures of a test are measured in that test; the place and route tools keep their compiled code."""
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(platformdirs.user_cache_path("macwright") / "yowasp"))
    monkeypatch.setenv("MACWRIGHT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
