"""The languages that a clip may be in: the one list, for forms, operations and workers.

Words for each are `language_<code>`. Those that speech models have learned carry Whisper's own
code. For any other a machine's text would be invented from beginning to end: there people type.
"""

from __future__ import annotations

# What is spoken in the province's clips, the most usual first; then guests and embassies.
HEARD_FIRST = ("vi",)
NOT_HEARD = ("tay", "nung", "hmong", "dao", "san_chay", "san_diu")
HEARD_TOO = ("en", "zh", "lo", "km", "ko", "ja", "fr", "ru")
OFFERED = (*HEARD_FIRST, *NOT_HEARD, *HEARD_TOO, "other")

# Those that a machine can write down.
HEARD = frozenset({*HEARD_FIRST, *HEARD_TOO})
