"""What each error page says: what happened, and what the reader can do, in plain words."""

from typing import NamedTuple

WHO = "whoever looks after this installation, with the reference number below."


class ErrorText(NamedTuple):
    """The words of one error page. `steps` are things to do, the best one first."""

    title: str
    what_happened: str
    steps: tuple[str, ...]
    can_retry: bool = False

    @property
    def what_to_do(self) -> str:
        """The steps as one text, for an answer that is not a page."""
        return " ".join(self.steps)


BACK = "Use your browser's Back button. What you had typed should still be there."

TEXTS: dict[str, ErrorText] = {
    "400": ErrorText(
        "We could not read that request",
        "Something in what was sent does not make sense to us. Nothing was changed.",
        (BACK, "If you followed a link, open the page again from your case."),
    ),
    "csrf": ErrorText(
        "This page was open too long",
        "For your safety, a form works for a limited time. Nothing was saved from your last click, "
        "and nothing you saved before is lost.",
        (
            "Go back and reload the page; text you typed in a long form is put back for you.",
            "Then save again. If it asks you to sign in, do that first.",
        ),
    ),
    "403": ErrorText(
        "You may not open this",
        "Your role in this case does not include this page or this step.",
        (
            "Ask the person who manages the case to give you access.",
            "If you belong to more than one organization, check that you are in the right one.",
        ),
    ),
    "404": ErrorText(
        "We cannot find that page",
        "It may have been moved or removed, or it belongs to a case that you are not part of.",
        ("Check the address for a missing letter.", "Open the page again from your list of cases."),
    ),
    "405": ErrorText(
        "That address does not work this way",
        "The page exists, but not for what was just tried. Nothing was changed.",
        ("Go back and use the button on the page.",),
    ),
    "409": ErrorText(
        "Someone else changed this first",
        "While you were working, this record was changed by another person or in another tab. "
        "Your change was not saved, so that theirs is not lost.",
        (BACK, "Reload to see the new version, then make your change again."),
    ),
    "413": ErrorText(
        "That is too large to send at once",
        "What you sent is over the size limit. Nothing from it was kept.",
        (
            "Send fewer files at once, or a smaller one.",
            "A scan in black and white is often a tenth of the size of one in color.",
        ),
    ),
    "423": ErrorText(
        "This file is closed",
        "It was not checked for viruses yet, or something was found in it.",
        ("Go back to the paper's page: it says what comes next.",),
        can_retry=True,
    ),
    "429": ErrorText(
        "Too many tries in a short time",
        "To protect accounts and cases, we slow down after many tries in a row.",
        ("Wait a few minutes, then try again.",),
        can_retry=True,
    ),
    "500": ErrorText(
        "Something went wrong on our side",
        "This is a fault in the program, not something you did. What you had saved before is safe. "
        "What you just sent may not have been saved.",
        (
            "Go back, check whether your last change is there, and try again.",
            f"If it happens again, tell {WHO}",
        ),
        can_retry=True,
    ),
    "store": ErrorText(
        "The place where files are kept is not answering",
        "We cannot reach the stored files at the moment. Your records and the files you had saved are safe; "
        "what you sent just now was not saved.",
        (
            "Wait a minute, then try again. Keep your own copy of a file that you were uploading.",
            f"If it lasts, tell {WHO}",
        ),
        can_retry=True,
    ),
    "503": ErrorText(
        "The database is not answering",
        "We cannot reach your cases at the moment. Nothing you had saved is lost; "
        "what you sent just now was not saved.",
        (
            "Wait a minute, then try again. Text you typed in a long form is kept in this tab.",
            f"If it lasts, tell {WHO}",
        ),
        can_retry=True,
    ),
    "507": ErrorText(
        "There is no room left to save this",
        "The disk of this installation is full. Nothing was half-saved, and everything that was saved before is safe.",
        (
            f"The disk needs room: tell {WHO}",
            "Keep your copy of the file until it has been saved here.",
        ),
    ),
}
