"""Exhibit labels and Bates numbers, as marked for a hearing."""


def exhibit_label(prefix: str, number: int) -> str:
    """`exhibit_label("P", 3) == "P-3"`: P parent, S school, D district, HO hearing officer, J joint.

    Raises ValueError for a number below 1 or a prefix that is not letters."""
    if number < 1:
        raise ValueError(f"Exhibit numbers start at 1, not {number}.")
    if not prefix.isalpha():
        raise ValueError(f"An exhibit prefix is letters only, such as P: {prefix!r}")
    return f"{prefix.upper()}-{number}"


def bates(prefix: str, number: int, width: int = 6) -> str:
    """`bates("SMITH", 12) == "SMITH000012"`. A number that outgrows the width is refused, never cut:
    two pages with one number would be worse than an error."""
    if number < 1:
        raise ValueError(f"Bates numbers start at 1, not {number}.")
    digits = str(number).zfill(width)
    if len(digits) > width:
        raise ValueError(f"Bates number {number} needs more than {width} digits.")
    return f"{prefix}{digits}"
