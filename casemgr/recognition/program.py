"""Whether this machine can read text in pictures, and what to do where it cannot."""

from __future__ import annotations

import sys

from flask import current_app

from casemgr.storage.recognition import find_program

_HOW = {
    "darwin": "brew install tesseract",
    "win32": "winget install UB-Mannheim.TesseractOCR",
    "linux": "sudo apt install tesseract-ocr (Debian, Ubuntu) or sudo dnf install tesseract (Fedora)",
}


def program() -> str | None:
    """Return the path of tesseract, looked for anew each time: it may have been installed since."""
    return find_program(current_app.config["SETTINGS"].tesseract)


def how_to_get_it() -> str:
    """Return what to type to install it on this kind of machine."""
    return _HOW.get(sys.platform, _HOW["linux"])


def why_not(name: str) -> str:
    """Return in words why scans are not read with the program of this name or path; "" when they are."""
    if not name:
        return "Text recognition is turned off (CASEMGR_TESSERACT): scans are kept as pictures."
    if find_program(name):
        return ""
    return f"Scans are kept as pictures: text recognition is not installed. To get it: {how_to_get_it()}"
