"""The words by which English denies, doubts or asserts, cut out of a text as tokens; what they do to their neighbours is in `denial`.

Of other languages only the plainest denials are known, since much that is denied is called alike in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_SEEN: Final = (
    "(?:seen|identified|found|detect(?:ed|able)|present|evident|demonstrated|noted|observed|visuali[sz]ed|visible|appreciated|apparent|"
    "shown|recorded|documented|reported|develop(?:ed)?|occur(?:red)?|met|fulfilled)"
)
_NOT: Final = "(?:not|never|cannot|[a-z]+n't)"
_KIN: Final = (
    "(?:mother|sister|daughter|aunt|grandmother|father|brother|family|relatives?|uncle|cousin|grandfather|niece|nephew|parents?|siblings?|"
    "husband|wife|spouse)"
)
_EARLIER_FINDING: Final = r"(?!\.? (?:the )?(?:prior|previous|last|baseline|\d))"
#: "Not seen on the prior CT": it is new.
_EARLIER_LOOK: Final = (
    r"(?! (?:previously|before|earlier)\b|"
    r" (?:on|in|at|by|from) (?:the |her |any )?(?:prior|previous|earlier|baseline|initial|comparison)\b)"
)
_END_OF_ANSWER: Final = r"(?= ?(?:$|[.,;)/\n]| -))"


class Token(NamedTuple):
    """A word, a cue of several words or a mark, where it is in the text, and its kind: a row of the table below."""

    start: int
    end: int
    kind: str


#: Kinds of cue, of boundary and of word, in the order in which they are tried. `link` stands between a cue and what it is about; a word of
#: no other kind is `content`.
_WORDING: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    # An answer to a label: "Progression: no", "metastases (none)".
    (
        "answered",
        (rf"(?:[:=?(,]| -) ?(?:no|non|nein|keine?|aucune?|none|nil|absent|negative|neg|denied|{_NOT} {_SEEN})\b{_END_OF_ANSWER}",),
    ),
    ("unanswered", (rf"(?:[:=?(,]| -) ?(?:unknown|unclear|uncertain|pending|unlikely|{_NOT} (?:known|certain|clear))\b{_END_OF_ANSWER}",)),
    ("link", (r"\?:? ?(?:yes|y|confirmed)\b",)),
    # Denials in form only.
    (
        "link",
        (
            r"\bnot (?:only|just|otherwise specified|elsewhere classified)\b",
            rf"\bnot previously {_SEEN}\b",
            r"\b(?:no|without (?:a |any )?) ?(?:doubt|question)\b",
        ),
    ),
    ("link", (r"\bno\.? ?\d++(?! ?\+)",)),  # "no. 3"; but "no 3+ staining" denies
    (
        "doubt",
        (
            rf"\b(?:{_NOT}|unable to|difficult to|hard to)(?: [a-z]+){{0,2}} (?:excluded?|ruled?(?: |-)out)\b",
            r"\b(?:highly |very )?(?:unlikely|improbable|doubtful|questionable|equivocal|unconfirmed|unproven)\b",
            rf"\b{_NOT} (?:yet )?(?:confirmed|proven|certain|clear)\b",
        ),
    ),
    (
        "unseen",
        (
            rf"(?<!previously )\b{_NOT}(?: been| be| yet)? {_SEEN}\b{_EARLIER_LOOK}",
            rf"\bno longer {_SEEN}\b",
            rf"\babsent\b{_EARLIER_LOOK}|\b(?:refuted|disproved|disproven)\b",
        ),
    ),
    ("kin", (rf"\b(?:in|of) (?:her |his |the )?(?:maternal |paternal )?{_KIN}\b",)),
    (
        "open",
        (
            r"\b(?:treat(?:ment)?|therapy|continu(?:e|ed|ing|ation)) to(?= (?:disease )?progression\b)",
            r"\b(?:until|unless|whether|if|in case of|in the event of|criteria for|time to|fear of|pending|awaiting)\b",
            r"\b(?:evaluat|assess|screen|monitor|check|watch|surveillance|look)[a-z]* for\b|\bmonitor(?:ing)?\b",
            r"\b(?:at )?(?:high |low |increased )?risk (?:of|for)\b|\b(?:susceptib(?:le|ility)|predispos(?:ed|ition)) (?:to|for)\b",
            r"\b(?:prevent(?:s|ing|ion of)?|prophylaxis (?:of|for|against)|avoid(?:s|ing)?)\b",
            rf"\b(?:family history(?: of)?|fhx?|{_KIN}(?:'s)?)\b",
        ),
    ),
    ("asked", (r"\b(?:to )?(?:rule(?: |-)?out|exclude)\b", r"\br/o\b")),
    (
        "suspect",
        (
            r"\b(?:most |very )?(?:possibl[ey]|possibility of|probabl[ey]|likely|suspected|suspects?|query)\b",
            r"\b(?:potential(?:ly)?|presum(?:ed|ably|ptive))\b",
            r"\b(?:suspicion (?:of|for)|suspicious (?:of|for)|concern(?:s|ed|ing)? (?:for|of|about)|worri(?:some|ed) (?:for|about))\b",
            r"\b(?:might|(?:may|could) (?:be|have|represent|indicate|reflect))\b",
        ),
    ),
    ("versus", (rf"\b(?:versus|vs)\b{_EARLIER_FINDING}\.?",)),
    ("question", (r"\?",)),
    ("past", (r"\b(?:(?:past |personal )?history of|hx(?: of)?|h/o)\b",)),
    ("formerly", (r"\b(?:prior(?! to)|previous(?:ly)?|formerly|former)\b",)),
    # Boundaries.
    ("or", (r"\b(?:nor|or|and/or)\b",)),
    ("slash", ("/",)),
    ("break", (r"\b(?:and|but) (?:has|had|is|was|are|were|now|then|there|with|developed|remain(?:s|ed)?|show(?:s|ed)|stopped)\b",)),
    ("and", (r"\b(?:and|as well as|plus)\b", "&")),
    ("link", (r"\b(?:consistent|compatible|associated|in keeping|diagnosed) with\b",)),
    ("cause", (r"\b(?:due to|because(?: of)?|owing to|secondary to|caused by|on account of)\b",)),
    (
        "break",
        (
            r"\b(?:but|however|although|though|nevertheless|except(?: for)?|apart from|aside from|whereas|while|yet)\b",
            r"\b(?:with|who|which|despite|after|following|since|before|prior to|during|for|then|now|therefore|thus|subsequently)\b",
            r"\b(?:stopped|discontinued|switched|changed|held)\b| - |[()\[\]]|->",
        ),
    ),
    ("comma", (r"[,\n]",)),
    ("colon", (":",)),
    ("stop", (r"[.!](?=\s|$)|;",)),
    # "no progression in liver metastases" does not deny the metastases.
    (
        "change",
        (
            r"\b(?:changes?|growth|increase|decrease|progress(?:ion)?|response|improvement|regression) (?:in|of|to|within)\b",
            r"\b(?:resolution|worsening|deterioration|exacerbation|enlargement|reduction|shrinkage|clearing|recovery) (?:in|of|within)\b",
        ),
    ),
    # Denials.
    (
        "deny",
        (
            r"\bno longer\b|\b(?:negative|neg) for\b|\b(?:absence|lack|free|none|void|devoid) of\b|\bfree from\b|\bw/o(?:ut)?\b",
            rf"\b(?:no|{_NOT}|without|den(?:y|ies|ied|ying)|lacks?|neither|nil|fail(?:s|ed)? to|excludes|excluding|rules out|ruling out)\b",
            r"\b(?:(?:rather|other) than|instead of|unrelated to)\b",
            # Plain denials of other languages, before words that look the same there: "keine Progression", "sans progression".
            r"\b(?:kein(?:e[mnrs]?|erlei)?|nicht|ohne|sans|aucune?|absence d[e']|sin|ning[u\u00fa]n[ao]?|senza|nessun[ao]?|geen|zonder)\b",
            r"\bpas d(?:e\b|')",
        ),
    ),
    ("gone", (r"\b(?:excluded|ruled(?: |-)out)\b",)),
    ("non", (r"\bnon-|\bnon\b|\bnon(?=respon|progress|metasta|pregnan)",)),
    ("incomplete", (r"\bincomplete\b",)),
    ("free", (r"\bfree\b",)),
    ("negative", (r"\b(?:negative|neg)\b",)),
    ("receptor", (r"\b(?:her-?2(?:/neu)?|erbb2|er|pr|pgr|hr|receptors?|brca[12]?|pd-?l1|pik3ca|esr1|tp53|ki-?67)\b",)),
    # Words between a cue and what it is about.
    (
        "exam",
        (
            r"\b(?:mri|ct|pet|scans?|imaging|biops(?:y|ies)|work-?up|exam(?:ination)?|cytology|echo|tests?|screen(?:ing)?|staging)\b",
            r"\b(?:x-?ray|ultrasound)\b",
        ),
    ),
    ("is", (r"\b(?:is|was|were|are|been)\b",)),
    (
        "link",
        (
            r"\b(?:an?|the|any|of|to|in|on|at|by|from|be|being|has|have|had|do|does|did|this|that|these|her|his|there|as|it|patient|pt)\b",
            r"\b(?:evidence|signs?|suspicion|indications?|suggest(?:s|ed|ing|ion|ive)?|indicat(?:es|ed|ing|ive)|show(?:s|ed|ing|n)?|proof)\b",
            r"\b(?:clear(?:ly)?|definite(?:ly)?|definitive|clinical(?:ly)?|radiographic(?:ally)?|radiologic(?:al|ally)?|biochemical(?:ly)?)\b",
            r"\b(?:current(?:ly)?|interval|new|newly|further|additional|other|obvious(?:ly)?|overt|gross|convincing|significant(?:ly)?)\b",
            r"\b(?:measurable|known|confirmed|proven|apparent|evident|recent|present(?:ly)?|more|active|acute|unequivocal|objective)\b",
            r"\b(?:conclusive|strong|residual|remaining|distant|local|locoregional|regional|systemic|symptomatic|visible|detectable)\b",
            r"\b(?:documented|enlarging)\b",
        ),
    ),
    ("content", (r"\w+(?:'\w+)*",)),
)
_KINDS: Final = {f"{kind}_{place}": kind for place, (kind, _) in enumerate(_WORDING)}
#: A line may be broken wherever a space may stand.
_TOKEN: Final = re.compile(
    "|".join([f"(?P<{name}>{'|'.join(words)})".replace(" ", "[ \n]") for name, (_, words) in zip(_KINDS, _WORDING, strict=True)])
)


#: Marks that end a sentence, wherever they stand; "vs." and "no. 3" have full stops that do not.
_STOP: Final = re.compile(r"(?<!\bvs)(?<!\bversus)(?<!\bno)[.!](?=\s|$)|;")


def stops_in(text: str) -> list[int]:
    """Where sentences end in a text as `tokens_in` takes it: no cue reaches over these marks."""
    return [found.start() for found in _STOP.finditer(text)]


def tokens_in(text: str, start: int, end: int) -> Iterator[Token]:
    """The tokens of a part of a text in lower case with one space, or one line break, between words. Linear in its length."""
    for found in _TOKEN.finditer(text, start, end):
        yield Token(found.start(), found.end(), _KINDS[found.lastgroup or ""])
