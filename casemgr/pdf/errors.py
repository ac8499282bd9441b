"""What can go wrong with a paper, in words for the person who chose it."""


class ExhibitUnreadable(Exception):
    """An exhibit cannot be put into a packet. Raised before anything is written.

    `label` is the exhibit ("P-7"), `reason` says what is wrong, `remedy` what to do about it.
    """

    def __init__(self, label: str, reason: str, remedy: str) -> None:
        """Keep the three parts; `str()` joins them."""
        super().__init__(f"Exhibit {label}: {reason} {remedy}")
        self.label, self.reason, self.remedy = label, reason, remedy
