"""The names of HER2, as labels and reports write them."""

from __future__ import annotations

import re
from typing import Final

#: "HER2", "HER 2/neu", "c-erbB-2", "human epidermal growth factor receptor 2"; not the end of "other 2", nor "her 2nd".
HER2_NAME: Final = re.compile(
    r"(?:her2|(?<![a-z])her[\s-]2(?!\d|nd\b)|c?-?erb-?b-?2|human epidermal growth factor(?: receptor)?(?: type)?[\s-]*2)(?:[\s/-]*neu)?",
    re.IGNORECASE,
)
