"""Property tests here repeat exactly and are not timed: the machine may be busy with other things."""

from hypothesis import settings

settings.register_profile("law", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("law")
