"""The LVEF in a written result: which number of a text is the present ejection fraction of the left ventricle.

    "LVEF 38 (previously 60%)"             38
    "LVEF decreased from 60% to 45%"       45
    "EF 55 +/- 5%, GLS -18%"               55
    "LVEF 45, down 10%"                    45
    "LVEF 60%, 45%"                        not read: either may be the present one

A number is the LVEF when LVEF, EF or ejection fraction leads to it, with nothing but words of measuring between; or when it is the only
number and nothing else claims it. Earlier values, differences, tolerances, limits to act on and other measurements are not. A text is read
once from left to right.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

from guideline.case import Bound


class LvefReading(Struct, frozen=True, gc=False):
    """An LVEF as written, in its own unit: of a range the lower and the upper end, of a limit the limit."""

    value: float
    upper: float | None = None
    bound: Bound | None = None


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words of measuring: they may stand between "LVEF" and its number.
_FILLERS: Final = _set(
    "is are of at by the a an this be been has and in on with as per it its about approx approximately around circa ca roughly est "
    "estimate estimated estimates estimation measured measures measurement measuring calculated computed assessed quantified derived "
    "visual visually mean average global overall lv left ventricle ventricular systolic function value result total modified biplane "
    "bi-plane plane planes simpson simpson's simpsons s method methods rule disc discs disks summation mod bp auto autoef ai "
    "teichholz quinones 2d 3d 4d a2c a4c echo echocardiogram echocardiography echocardiographic tte tee transthoracic mri cmr mr "
    "cardiac magnetic resonance imaging muga scan ct gated spect pet rest resting contrast enhanced volumetric normal preserved low "
    "borderline hyperdynamic good depressed impaired abnormal mildly moderately severely markedly slightly remains remained stable "
    "unchanged still again range ranges ranging within between equal equals found noted reported shows showed showing study exam "
    "examination today's repeat final no-change"
)
_ABOUT: Final = _set("about approx approximately around circa ca roughly est a an the of")
_DEGREES: Final = _set("mildly moderately severely markedly slightly")
_SPANS: Final = _set("between range ranges ranging")
_NOW: Final = _set("now currently current today present presently")

#: What makes an earlier value; these may also stand behind it ("60 % previously"), the others only before it.
_EARLIER: Final = _set("previously previous prior prev baseline before earlier formerly initially initial last pretreatment pre-treatment")
_LEADS_TO_EARLIER: Final = _set("from vs versus compared than")
_WAS: Final = _set("was were")

#: A number behind one of these is a difference; "to" behind them leads to a value again, and a mark behind the first group does
#: ("reduced: 35 %").
_CHANGED: Final = _set(
    "fallen dropped decreased declined reduced risen increased improved changed gained lost worsened recovered deteriorated diminished"
)
_CHANGE: Final = _CHANGED | _set(
    "down up fell fall falls falling drop drops dropping decrease decreases decreasing decline declines declining reduction reduce "
    "reduces rose rise rises rising increase increases increasing improvement improve improves improving change changes gain loss "
    "worsening recovery difference delta deterioration"
)
#: What a text says that states no value: a condition, an aim, a denial.
_UNREAL: Final = _set(
    "if should when until till unless once no not never without hold stop goal target aim threshold cutoff cut-off limit must "
    "required requires need needs reference ref expected predicted"
)
#: Units, and words behind a number that make it another quantity or a date.
_UNITS: Final = _set(
    "point points pt pts week weeks wk wks month months mo mos day days d year years yr yrs y yo old hour hours h min minutes minute "
    "mmhg ml cc mm cm kg g mg bpm beats ms msec sec m/s cm/s s/p st nd rd th times fold x weekly lead january february march april "
    "may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec"
)
#: The other ventricle, the atria: their ejection fraction is another one.
_ELSEWHERE: Final = _set("rv rvef right atrial la ra laef raef gallbladder gall")
_PART_OF_ELSEWHERE: Final = _set("ventricular ventricle heart atrium systolic bladder")
#: Other measurements own the number behind them, and one in front of them that nothing else owns.
_OTHERS: Final = _ELSEWHERE | _set(
    "gls strain fs fractional shortening tapse fac stenosis occlusion lad rca lcx gradient pressure rvsp pasp hr rate bp weight "
    "height age aged bsa bmi mass index thickness septum septal wall infarct infarction scar lge uptake confidence ci risk "
    "probability occupancy regurgitant regurgitation collapse ivc saturation spo2 hba1c hematocrit haematocrit hemoglobin haemoglobin "
    "dose lvidd lvids lvedd lvesd lvedv lvesv lln nl edv esv edd esd ivsd lvpw lavi e e' ratio grade stage cycle cycles bnp "
    "probnp troponin qtc qrs"
)
_LARGER: Final = _set("greater more higher larger")
_SMALLER: Final = _set("less lower fewer smaller")
_SIGNS: Final[dict[str, Bound]] = {
    ">": ">", "<": "<", ">=": ">=", "<=": "<=", "≥": ">=", "≤": "<=", "over": ">", "above": ">", "exceeds": ">", "below": "<", "under": "<",
}  # fmt: skip

_EF: Final = _set("lvef ef ejektionsfraktion")
_TOKEN: Final = re.compile(
    r"(?P<date>\d{1,4}([./-])\d{1,2}\2\d{1,4}(?!\d))|(?P<ratio>\d{1,9}/\d{1,9})"
    r"|(?P<ef>(?:lv)?ef(?=\d)|lv[ -]ef\b|(?:lv )?ejection fraction)|(?P<percent>%|(?:percent|percentage|pct|prozent)\b)"
    r"|(?P<word>[2-4]-?d\b|(?:bi-plane|cut-off|pre-treatment|cm/s|m/s|s/p)\b|(?:approx|ca|est|prev|vs)\.|follow[ -]up\b|[^\W\d_][\w'’]*)"
    r"|(?P<number>\d+(?:[.,]\d+)?|\.\d+)|(?P<sign>[<>]=?|[≥≤])|(?P<tolerance>\+/-|\+-|±)|(?P<arrow>-{1,9}>|→)|(?P<dash>[-–—])"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)|(?P<stop>[;\n|]|[.!?](?=\s|$))|(?P<colon>[:=])"
)
#: A number from here on may be somebody's LVEF; a smaller one beside it is a grade, a ratio, a count.
_LEAST_RIVAL: Final = 5.0
#: A letter in place of a digit: "5O %" is not 5 %.
_MISTYPED: Final = re.compile(r"\d[ol]\b|\b[ol]\d")
_NO_CHANGE: Final = re.compile(r"\b(?:no|without) (?:(?:significant|interval|relevant) )?change\b")

#: `present`: tied to the LVEF. `open`: tied, and not the first. `was`: the present one unless another is. `free`: nobody claims it.
#: `unclaimed`: unknown words lead to it. `past`, `other`, `never`: it is not the present LVEF.
_Role = Literal["present", "open", "was", "free", "unclaimed", "past", "other", "never"]


class _Measure(Struct, gc=False):
    """A number of the text with what belongs to it, and what it is."""

    low: float
    high: float | None
    bound: Bound | None
    percent: bool
    role: _Role

    @property
    def reading(self) -> LvefReading:
        if self.high is None:
            return LvefReading(in_percent(self.low), bound=self.bound)
        return LvefReading(in_percent(min(self.low, self.high)), in_percent(max(self.low, self.high)))


def in_percent(value: float) -> float:
    """0.55 is 55 %, whatever its unit says: no heart beats with half a percent."""
    return round(value * 100, 2) if 0 < value <= 1 else value


def lvef_in(text: str) -> LvefReading | None:
    """The LVEF that a text states; `None` where it states none, or where two different values may be the present one."""
    lines = "\n".join(" ".join(line.split()) for line in text.lower().splitlines())
    scan = _Scan([(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(_NO_CHANGE.sub("unchanged", lines))])
    measures = scan.measures()
    tied = {one.reading for one in measures if one.role in ("present", "open")} or {one.reading for one in measures if one.role == "was"}
    if scan.doubtful or _MISTYPED.search(lines) is not None:
        return None
    if tied:
        rivals = {one.reading for one in measures if one.role == "unclaimed" or (one.role == "free" and one.percent)}
        return tied.pop() if len(tied | rivals) == 1 else None
    return measures[0].reading if len(measures) == 1 and scan.stands_alone(measures[0]) else None


class _Scan:
    """One passage over the tokens of a text, with what was said since the last number."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.doubtful = False
        self._tokens = tokens
        self._at = 0
        self._found: list[_Measure] = []
        self._words: set[str] = set()
        self._subject: Literal["ef", "other", "unknown"] | None = None
        self._outside: list[Literal["ef", "other", "unknown"] | None] = []  # the subjects before the open brackets
        self._followed = False  # a number came since the subject was named
        self._unreal = self._elsewhere = self._changes = self._reference = False
        self._led: _Measure | None = None  # a number before "EF": "60 % EF"
        self._forget()

    def _forget(self) -> None:
        self._past = self._was = self._from = self._to = self._now = self._degree = self._between = False
        self._change: str | None = None
        self._behind: Literal["here", "bracket"] | None = None  # a word of time that may belong to the number before it
        self._apart: Literal["here", "bracket", "apart"] = "here"  # how far away the number before is
        self._bound: Bound | None = None

    def measures(self) -> list[_Measure]:
        """Every number of the text, each with its role."""
        while self._at < len(self._tokens):
            kind, said = self._tokens[self._at]
            self._at += 1
            if kind == "number":
                self._number(said)
            elif kind == "ratio":
                self._add(_Measure(0, None, None, percent=False, role="never"))
            elif kind == "ef" or said in _EF:
                self._ejection_fraction(left=said.startswith("lv"))
            elif kind == "word":
                self._word(said.rstrip("."))
            elif kind == "sign":
                self._bound = _SIGNS[said]
            else:
                self._mark(kind)
        self._end()
        return self._found

    def stands_alone(self, one: _Measure) -> bool:
        """Whether the only number of a text is its answer: nothing else claims it, and it is a percentage or stands among plain words."""
        if one.role not in ("free", "unclaimed") or not self._words.isdisjoint(_OTHERS | _UNREAL | _EARLIER):
            return False
        return one.percent or self._words <= _FILLERS | _NOW

    # --- Marks ---------------------------------------------------------------------------------------------------------------------

    def _mark(self, kind: str) -> None:
        self._bound = None
        if kind == "stop":
            self._end()
            self._forget()
            self._subject, self._unreal, self._elsewhere, self._changes, self._reference = None, False, False, False, False
            self._outside, self._apart = [], "apart"
        elif kind == "comma":
            self._settle()
            self._unreal = self._elsewhere = self._reference = False
            self._clear_change(everything=self._subject != "ef")
            self._past = self._past and self._subject == "ef"
            self._apart = "apart"
        elif kind == "open":
            self._outside.append(self._subject)
            self._clear_change()
            self._apart = "bracket" if self._apart == "here" else self._apart
        elif kind == "close":
            self._settle()
            self._unreal = self._elsewhere = self._reference = False
            self._subject = self._outside.pop() if self._outside else self._subject
        elif kind == "colon":
            self._clear_change()
        elif kind == "arrow":
            self._arrow()
        elif kind == "tolerance" and self._skip("number"):  # "55 % (+/- 5)"
            self._skip("percent")

    def _clear_change(self, *, everything: bool = False) -> None:
        if everything or self._change in _CHANGED:
            self._change = None

    def _arrow(self) -> None:
        """60 % -> 45 %: the one before is the earlier one."""
        if self._found and self._found[-1].role in ("present", "open", "was"):
            self._found[-1].role = "past"
            self._to = True

    def _end(self) -> None:
        """At the end of a sentence, what may belong to the number before does."""
        self._settle()
        if self._led is not None:
            self._led.role, self._led = "present", None

    def _settle(self) -> None:
        """A word of time with no number behind it belongs to the number before: "60 % at baseline, 45 % now"."""
        if self._behind is not None:
            last = self._found[-1]
            if last.role in ("present", "open", "was"):
                last.role = "past" if self._past else "present"
            elif last.role == "free":
                last.role = "past" if self._past else "unclaimed"
            self._behind, self._past, self._now = None, False, False

    # --- Words ---------------------------------------------------------------------------------------------------------------------

    def _ejection_fraction(self, *, left: bool) -> None:
        last = self._found[-1] if self._found else None
        if last is not None and last.role == "free" and self._apart == "here":
            self._led = last
        elsewhere = self._elsewhere and not left
        self._subject = "other" if elsewhere or self._unreal else "ef"
        self._elsewhere = self._followed = False
        self._bound = None

    def _word(self, said: str) -> None:
        self._words.add(said)
        bound, self._bound = self._bound, None
        if said not in _PART_OF_ELSEWHERE:
            self._elsewhere = False
        if said in _OTHERS:
            self._other(said)
        elif said in _EARLIER or said in _NOW:
            self._time(earlier=said in _EARLIER)
        elif said in _LEADS_TO_EARLIER:
            self._past, self._from = True, said == "from"
        elif said in _WAS:
            self._was = True
        elif said in _CHANGE:
            self._changes = True
            self._change = None if self._degree else said
        elif said == "to":
            self._to = True
        elif (sign := self._sign(said)) is not None:
            self._bound = sign
        elif said in _UNREAL:
            self._unreal, self._subject = True, "other"
        elif said in _FILLERS:
            self._bound = bound if said in _ABOUT else None
            self._filler(said)
        else:
            self._settle()
            self._subject = "unknown"

    def _other(self, said: str) -> None:
        """Another measurement: of the number behind it, and of one before it that nothing else claims."""
        if self._found and self._apart == "here" and self._found[-1].role in ("free", "unclaimed"):
            self._found[-1].role = "other"
        self._settle()
        self._subject, self._elsewhere = "other", said in _ELSEWHERE

    def _time(self, *, earlier: bool) -> None:
        self._past, self._now, self._from = earlier, not earlier, False
        self._was = self._was and earlier
        if self._found and self._apart != "apart":
            self._behind = self._apart

    def _filler(self, said: str) -> None:
        if said == "at":
            self._clear_change()
        if said == "normal" and self._followed:
            self._reference = True  # "60 % (normal 52-72 %)"
        if self._from and said not in _ABOUT and said not in _SPANS:
            self._past = self._from = False  # "from 3D echo"
        self._degree = said in _DEGREES
        self._between = self._between or said in _SPANS

    def _sign(self, said: str) -> Bound | None:
        """A bound in words: `over`, `less than`, `at least`; with "or equal to" where that follows."""
        sign = _SIGNS.get(said)
        if said in _LARGER | _SMALLER and self._peek(0)[1] == "than":
            self._at += 1
            sign = ">" if said in _LARGER else "<"
        elif said in ("least", "most") and self._at > 1 and self._tokens[self._at - 2][1] == "at":
            sign = ">=" if said == "least" else "<="
        if sign is not None and [self._peek(step)[1] for step in range(3)] == ["or", "equal", "to"]:
            self._at += 3
            sign = ">=" if sign == ">" else "<="
        return sign

    # --- Numbers -------------------------------------------------------------------------------------------------------------------

    def _number(self, said: str) -> None:
        low, percent = _decimal(said), self._skip("percent")
        high, joint = self._other_end()
        percent = self._skip("percent") or percent
        if self._skip("tolerance"):
            self._skip("number")
            percent = self._skip("percent") or percent
        one = _Measure(low, high, self._bound if high is None else None, percent, role="never")
        if self._skip_unit() or low > 100 or (high or 0) > 100:
            self._add(one)
        elif self._from and joint == "to" and not self._between and high is not None:
            # "from 60 to 45 %" is a change, where anything is said to change; otherwise it may as well be a range.
            self.doubtful = self.doubtful or (self._subject == "ef" and not self._changes)
            one.low, one.high, one.role = high, None, "present" if self._subject == "ef" else "unclaimed"
            self._add(one)
        else:
            one.role = self._role(one)
            self._add(one)

    def _role(self, one: _Measure) -> _Role:
        if self._behind == "here" and self._subject == "ef":
            self.doubtful = True  # "60 % previously 45 %": to which of the two does it belong?
        if self._past and not (self._from and self._between):
            return "past"
        if self._reference or (self._change is not None and not self._to):
            return "never"
        if self._subject is None:
            return "free"
        if self._subject == "unknown":
            return "unclaimed" if one.percent or one.low >= _LEAST_RIVAL else "other"
        if self._subject == "other":
            return "other"
        if self._was:
            return "was"
        return "open" if self._followed and not (self._now or self._to) else "present"

    def _add(self, one: _Measure) -> None:
        self._led = None
        self._found.append(one)
        self._followed = True
        self._forget()

    def _other_end(self) -> tuple[float | None, str]:
        """The second number of a range: `55-60`, `55 to 60`, `between 55 and 60`."""
        (kind, said), second = self._peek(0), self._peek(1)
        differs = self._change is not None and not self._to  # "fell by 10 to 45 %"
        joins = kind == "dash" or said == "bis" or (said == "to" and not differs) or (said == "and" and self._between)
        if not joins or second[0] != "number":
            return None, ""
        self._at += 2
        return _decimal(second[1]), said

    def _skip_unit(self) -> bool:
        """Pass a unit or a month that makes the number another quantity: `12 weeks`, `12-week`, `10 % points`."""
        place = 1 if self._peek(0)[0] == "dash" else 0
        kind, said = self._peek(place)
        if kind != "word" or said not in _UNITS:
            return False
        self._at += place + 1
        return True

    def _peek(self, step: int) -> tuple[str, str]:
        place = self._at + step
        return self._tokens[place] if place < len(self._tokens) else ("", "")

    def _skip(self, kind: str) -> bool:
        if self._peek(0)[0] != kind:
            return False
        self._at += 1
        return True


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
