"""The one place that keeps uploaded files, decides what they are, and opens them.

Everything that comes from outside is hostile: `objects` stores bytes without looking at them, `sniff` decides
the type by content, `names` makes a client's file name safe to show, and `preview` looks inside a file only
through `sandbox`, in a child process with limits. No module here knows a request, a user or a database.

This file imports nothing on purpose: every reading child loads it, and its start-up time is paid per file.
"""
