"""The words for papers that are alike, and for what a person can say of two papers."""

from __future__ import annotations

ALIKE = {
    "text": "The same text in another file",
    "near_text": "Nearly the same text",
    "picture": "It looks like the same paper",
}
"""Why the program thinks that two papers are alike."""

SAYINGS = {
    "copy": "“{this}” is a copy of “{other}”",
    "original": "“{other}” is a copy of “{this}”",
    "later": "“{this}” is a later version of “{other}”",
    "earlier": "“{other}” is a later version of “{this}”",
    "different": "They are different papers",
}
SAYING_HINTS = {
    "copy": "Both stay. The copy says where its original is.",
    "original": "Both stay. The copy says where its original is.",
    "later": "Both stay. The older one says that there is a newer version, wherever it is listed.",
    "earlier": "Both stay. The older one says that there is a newer version, wherever it is listed.",
    "different": "We do not ask about these two again.",
}
