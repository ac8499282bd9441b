"""Where a store keeps its objects, by the address that an operator gives: a folder, a bucket, or memory."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from casemgr.storage.errors import KeyFileRefused, StoreNotKnown


def backend_of(url_or_path: str | Path, s3: Mapping[str, str] | None, key_file: Path | None) -> ObjectStore:
    """What `objects.open_store` stands on. Raises StoreNotKnown, KeyFileRefused."""
    scheme, _, rest = str(url_or_path).rpartition("://")
    if scheme == "s3" and rest.strip("/"):
        return _bucket(rest, {name: value for name, value in (s3 or {}).items() if value})
    if scheme == "memory":
        return MemoryStore()
    if scheme not in ("", "file"):
        raise StoreNotKnown(f"“{url_or_path}” is not a folder and not s3://bucket/prefix.")
    folder = Path(unquote(rest)).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if key_file and key_file.resolve().is_relative_to(folder.resolve()):
        raise KeyFileRefused(f"The key file {key_file} lies in the folder that it seals: keep it somewhere else.")
    return LocalStore(folder)


def _bucket(bucket_and_prefix: str, options: dict[str, str]) -> S3Store:
    """A store that is away is known within seconds, and is not waited for while a person waits."""
    bucket, _, prefix = bucket_and_prefix.partition("/")
    return S3Store(
        bucket,
        prefix=prefix.strip("/") or None,
        config=options,
        client_options={
            "allow_http": options.get("endpoint", "").startswith("http://"),
            "connect_timeout": "5s",
            "timeout": "120s",
        },
        retry_config={
            "max_retries": 3,
            "retry_timeout": timedelta(seconds=20),
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
        },
    )
