"""What can go wrong with stored files. The message of each is a sentence that may be shown."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError

AWAY = "The place where files are kept cannot be reached now."
# A full disk reaches us as text: the store's errors carry the operating system's kind of error, not its number.
_FULL = re.compile(r"StorageFull|QuotaExceeded|FileTooLarge|No space left|EntityTooLarge|QuotaReached")


class StorageError(Exception):
    """Nothing was stored or found; the message is a sentence that may be shown."""


class TooLarge(StorageError):
    """The stream went past `max_bytes` and was cut off."""


class EmptyFile(StorageError):
    """The stream held no bytes."""


class StorageFull(StorageError):
    """The disk or the store has no room left."""


class ObjectMissing(StorageError):
    """The store holds nothing under this hash for this organization."""


class ObjectAltered(StorageError):
    """The stored bytes are not those that were stored."""


class KeyMissing(StorageError):
    """The stored bytes are sealed with a key that we were not given."""


class StoreUnavailable(StorageError):
    """The store does not answer, or does not let us in. Nothing was changed."""


class StoreNotKnown(ValueError):
    """An address that names no store; the message is a sentence that may be shown."""


class KeyFileRefused(Exception):
    """The file of keys is missing, open to others, or not what it should be; the message says which."""


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Errors of the store become ours. What the sender of the bytes raised passes through."""
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing("The stored file is missing.") from error
    except (BaseError, OSError) as error:
        if _FULL.search(str(error)):
            raise StorageFull("There is no room left to keep this file. Nothing of it was kept.") from error
        if isinstance(error, BaseError):
            raise StoreUnavailable(AWAY) from error
        raise
