"""What files look like inside and what their names end in: the tables behind `sniff`.

Magic numbers are from the formats' own specifications (ISO 32000, ITU T.81, PNG, TIFF 6.0, ISO/IEC 14496-12,
PKWARE APPNOTE, [MS-CFB], RFC 5545, WHATWG MIME Sniffing for what a browser would run).
"""

from .types import Family

# extension kept -> (media type, family, what a person calls it, other extensions of the same type)
KINDS: dict[str, tuple[str, Family, str, tuple[str, ...]]] = {
    "pdf": ("application/pdf", Family.PDF, "a PDF", ()),
    "jpg": ("image/jpeg", Family.IMAGE, "a JPEG picture", ("jpeg", "jpe", "jfif")),
    "png": ("image/png", Family.IMAGE, "a PNG picture", ("apng",)),
    "tif": ("image/tiff", Family.IMAGE, "a TIFF picture", ("tiff",)),
    "webp": ("image/webp", Family.IMAGE, "a WebP picture", ()),
    "heic": ("image/heic", Family.IMAGE, "an iPhone picture (HEIC)", ("heif", "hif")),
    "gif": ("image/gif", Family.IMAGE, "a GIF picture", ()),
    "bmp": ("image/bmp", Family.IMAGE, "a BMP picture", ("dib",)),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Family.OFFICE,
        "a Word document",
        (),
    ),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Family.OFFICE,
        "an Excel workbook",
        (),
    ),
    "pptx": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Family.OFFICE,
        "a PowerPoint presentation",
        (),
    ),
    "odt": ("application/vnd.oasis.opendocument.text", Family.OFFICE, "an OpenDocument text", ("ott",)),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", Family.OFFICE, "an OpenDocument spreadsheet", ("ots",)),
    "odp": ("application/vnd.oasis.opendocument.presentation", Family.OFFICE, "an OpenDocument presentation", ("otp",)),
    "rtf": ("application/rtf", Family.OFFICE, "an RTF document", ()),
    "doc": ("application/msword", Family.OFFICE, "an old Word document", ("dot",)),
    "xls": ("application/vnd.ms-excel", Family.OFFICE, "an old Excel workbook", ("xlt",)),
    "ppt": ("application/vnd.ms-powerpoint", Family.OFFICE, "an old PowerPoint presentation", ("pps", "pot")),
    "txt": ("text/plain", Family.TEXT, "plain text", ("text", "log", "json")),
    "csv": ("text/csv", Family.TEXT, "a table of text (CSV)", ("tsv", "tab")),
    "md": ("text/markdown", Family.TEXT, "plain text (Markdown)", ("markdown",)),
    "eml": ("message/rfc822", Family.EMAIL, "an e-mail", ()),
    "msg": ("application/vnd.ms-outlook", Family.EMAIL, "an Outlook message", ()),
    "mbox": ("application/mbox", Family.EMAIL, "a mailbox", ("mbx",)),
    "ics": ("text/calendar", Family.CALENDAR, "a calendar", ("ical", "ifb")),
    "zip": ("application/zip", Family.ARCHIVE, "a ZIP archive", ()),
    "wav": ("audio/wav", Family.AUDIO, "a sound recording (WAV)", ("wave",)),
    "mp3": ("audio/mpeg", Family.AUDIO, "a sound recording (MP3)", ()),
    "m4a": ("audio/mp4", Family.AUDIO, "a sound recording (M4A)", ("m4b",)),
    "mp4": ("video/mp4", Family.VIDEO, "a video (MP4)", ("m4v", "3gp", "3g2")),
    "mov": ("video/quicktime", Family.VIDEO, "a video (QuickTime)", ("qt",)),
    "ogg": ("audio/ogg", Family.AUDIO, "a recording (OGG)", ("oga", "ogv", "opus")),
    "webm": ("video/webm", Family.VIDEO, "a video (WebM)", ("weba",)),
}
# The stream of an old Office file that holds what its program wrote
OLD_OFFICE = {"doc": ("WordDocument",), "ppt": ("PowerPoint Document",), "xls": ("Workbook", "Book")}
EXTENSIONS = {name: kind for kind, (_, _, _, others) in KINDS.items() for name in (kind, *others)}
TEXT_KINDS = {"txt", "csv", "md", "eml", "mbox", "ics"}
# School systems export tables of text named .xls, and letters of text named .doc; anything else named for a
# type that is never text, and holding text, lies about what it is.
MAY_HOLD_TEXT = TEXT_KINDS | {"doc", "xls", "rtf"}


def _words(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


# Names that a computer runs with a double click. The name alone is enough to refuse.
PROGRAM_EXTENSIONS = _words("""
exe bat cmd com js jse mjs cjs vbs vbe vb ps1 ps2 psm1 psd1 jar msi msp mst scr lnk hta cpl dll sys drv ocx pif
wsf wsh wsc sct reg inf scf application gadget msc chm apk ipa dmg pkg app command sh bash zsh csh ksh fish run
bin elf so dylib desktop py pyc pyw pyz rb pl php phtml asp aspx jsp jspx cgi class ws action workflow scpt
applescript appimage deb rpm xll wll xlam ppam docm dotm xlsm xltm xlsb pptm potm ppsm url website webloc
library-ms search-ms settingcontent-ms diagcab appref-ms iso img vhd vhdx
""")
MACRO_EXTENSIONS = {"docm", "dotm", "xlsm", "xltm", "xlsb", "pptm", "potm", "ppsm", "xlam", "ppam"}
PAGE_EXTENSIONS = _words("""
html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt xsd rss atom swf
""")

PROGRAM_MAGIC = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",  # Mach-O, both widths and byte orders
    b"\xca\xfe\xba\xbe",  # Java class, and Mach-O for several processors
    b"\xca\xfe\xba\xbf",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # Windows shortcut
    b"dex\n",
    b"\x00asm",
    b"ITSF",  # compiled help
    b"!<arch>\n",
    b"\xed\xab\xee\xdb",  # Debian and RPM packages
)
# Well-known formats we do not take, with the way out. First match wins.
OTHER_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"x\x9f>\x22", "an Outlook attachment (winmail.dat)", "Ask the sender to send it as plain text or HTML mail"),
    (b"Rar!\x1a\x07", "a RAR archive", "Open it, take out the files inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Open it, take out the files inside"),
    (b"\x1f\x8b", "a GZIP archive", "Open it, take out the files inside"),
    (b"BZh91AY", "a BZIP2 archive", "Open it, take out the files inside"),
    (b"\xfd7zXZ\x00", "an XZ archive", "Open it, take out the files inside"),
    (b"MSCF", "a Windows cabinet", "Open it, take out the files inside"),
    (b"%!PS", "a PostScript file", "Save it as a PDF"),
    (
        b"!BDN",
        "an Outlook data file (.pst, .ost)",
        "In Outlook, mark the messages, drag them into a folder on your computer (they become .msg files)",
    ),
    (b"\xffWPC", "a WordPerfect file", "Save it as a PDF"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "a OneNote file", "Export the page as a PDF"),
    (b"#!AMR", "a phone recording (AMR)", "Save it as MP3 or M4A"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file", "Save it as MP3 or MP4"),
    (b"SQLite format 3\x00", "a database", "Export what you need as a PDF or CSV"),
)

# Documents that a browser runs whatever they are called, at the start of the text …
RUNS_AS_PAGE = (
    r"<(?:!doctype\s+(?:html|svg)|html|head|body|script|svg|iframe|style|title|meta|link|object|embed|form|frameset"
    r"|base|\?xml|\?php|%|x:)"
)
# … and what a browser takes for a page only when it must guess (WHATWG MIME Sniffing, 7.1).
LOOKS_LIKE_PAGE = r"<(?:!--|h1|div|font|table|a|b|br|p|img)[\s>/]"
