"""What the law says: pure Python, standard library only.

No web framework, no database, no clock and no current user: the day and the facts come in as arguments,
the answer goes out as frozen dataclasses. The law itself is data in `packs/`; only `rulebook` reads files.
"""
