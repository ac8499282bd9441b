"""Make a client's file name safe to show, to keep and to send back."""


def clean_name(client_name: str, *, fallback: str = "paper") -> str:
    """The last part of a path, without controls or direction overrides, at most 150 characters."""
    raise NotImplementedError


def content_disposition(name: str, *, disposition: str = "attachment") -> str:
    """The header value (RFC 6266, RFC 8187) that offers a download under `name`."""
    raise NotImplementedError
