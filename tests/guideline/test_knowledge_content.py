"""What the knowledge files say: the names of the public contract, doses, and figures that may or may not be printed."""

from __future__ import annotations

import re

import pytest

from guideline.knowledge_base import KNOWLEDGE as K
from guideline.knowledge_base import rule_book
from guideline.knowledge_files import FOLDER, KnowledgeError

DRUGS = """trastuzumab trastuzumab-hyaluronidase pertuzumab pertuzumab-trastuzumab-hyaluronidase trastuzumab-emtansine
trastuzumab-deruxtecan margetuximab zanidatamab tucatinib lapatinib neratinib pyrotinib capecitabine paclitaxel nab-paclitaxel
docetaxel carboplatin vinorelbine eribulin gemcitabine doxorubicin liposomal-doxorubicin epirubicin cyclophosphamide letrozole
anastrozole exemestane tamoxifen fulvestrant goserelin leuprolide palbociclib ribociclib abemaciclib alpelisib inavolisib"""

REGIMENS = """tdxd-pertuzumab thp tdxd tdm1 tucatinib-trastuzumab-capecitabine lapatinib-capecitabine lapatinib-trastuzumab
neratinib-capecitabine margetuximab-chemotherapy trastuzumab-chemotherapy trastuzumab-pertuzumab pertuzumab-trastuzumab-chemotherapy
endocrine-her2 endocrine-alone palbociclib-maintenance tucatinib-hp-maintenance abemaciclib-trastuzumab-fulvestrant
single-agent-chemotherapy rechallenge clinical-trial"""

TOPICS = """FirstLineTreatment SecondLineTreatment ThirdLineTreatment LaterLineTreatment MaintenanceTreatment TumorBoard Her2StatusNeeded
Her2Discordance Her2Low RebiopsySuggested MissingData InterstitialLungDisease LvefBaselineNeeded LvefMonitoringDue LvefHold HeartFailure
BrainMetastasesUrgent Pregnancy NonPreferredAgent FirstLineRestart TdxdMonotherapyFirstLine PermanentlyStoppedAgent Her2TherapyStopped
EndocrineWithoutHer2 ChemoEndocrineConcurrent ChemotherapyWithoutHer2 AnthracyclineWithTrastuzumab ProductMixUp DoseCheck ReloadingDose
DuplicateHer2Therapy DrugInteraction AllergyOrIntolerance SupportiveCare LabelWindow LabSafety"""

PRINTED = sorted(entry.id for entry in K.evidence.values() if entry.print)
KEPT_OFF = sorted(entry.id for entry in K.evidence.values() if not entry.print)


def everything_printable() -> str:
    """Every sentence and dose line that knowledge can put on a card."""
    lines = [entry.line for entry in K.evidence.values() if entry.line]
    for regimen in K.regimens.values():
        lines += [*regimen.dose_lines, *regimen.toxicity, regimen.duration, regimen.name]
    lines += [label.text for labels in K.labels.values() for label in labels]
    lines += [statement.text for statement in (*K.statements.values(), *K.templates.values())]
    return "\n".join(lines)


def test_every_drug_of_the_contract_is_known():
    """The drug ids of the public contract are there, and no others but trastuzumab duocarmazine, which records may name."""
    assert set(K.drugs) == {*DRUGS.split(), "trastuzumab-duocarmazine"}


def test_every_regimen_of_the_contract_is_known():
    """The regimen ids of the public contract are there, in full and no others."""
    assert set(K.regimens) == set(REGIMENS.split())


def test_a_conjugate_is_never_its_antibody():
    """No conjugate lists trastuzumab as a component; the fixed combination lists both of its antibodies."""
    for drug in K.drugs.values():
        if drug.drug_class == "her2-conjugate":
            assert drug.components == (drug.id,)
    assert K.drugs["pertuzumab-trastuzumab-hyaluronidase"].components == ("pertuzumab", "trastuzumab")
    assert K.drugs["trastuzumab-hyaluronidase"].components == ("trastuzumab",)


@pytest.mark.parametrize(
    ("regimen", "line"),
    [
        ("thp", "pertuzumab 840 mg, then 420 mg IV every 3 weeks"),
        ("thp", "trastuzumab 8 mg/kg, then 6 mg/kg IV every 3 weeks"),
        ("thp", "or trastuzumab 4 mg/kg, then 2 mg/kg IV weekly"),
        ("thp", "docetaxel 75 mg/m2 IV every 3 weeks"),
        ("thp", "or paclitaxel 80 mg/m2 IV weekly (trial dose)"),
        ("tdxd", "trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks"),
        ("tdxd-pertuzumab", "trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks"),
        ("tdxd-pertuzumab", "pertuzumab 840 mg, then 420 mg IV every 3 weeks"),
        ("tdm1", "trastuzumab emtansine 3.6 mg/kg IV every 3 weeks"),
        ("tucatinib-trastuzumab-capecitabine", "tucatinib 300 mg by mouth twice daily"),
        ("tucatinib-trastuzumab-capecitabine", "capecitabine 1000 mg/m2 by mouth twice daily on days 1-14 of 21"),
        ("lapatinib-capecitabine", "lapatinib 1250 mg by mouth once daily"),
        ("lapatinib-capecitabine", "capecitabine 2000 mg/m2/day by mouth on days 1-14 of 21"),
        ("lapatinib-trastuzumab", "lapatinib 1000 mg by mouth once daily"),
        ("neratinib-capecitabine", "neratinib 240 mg by mouth once daily"),
        ("neratinib-capecitabine", "capecitabine 750 mg/m2 by mouth twice daily on days 1-14 of 21"),
        ("margetuximab-chemotherapy", "margetuximab 15 mg/kg IV every 3 weeks"),
        ("endocrine-her2", "or lapatinib 1500 mg by mouth once daily (with letrozole 2.5 mg once daily)"),
        ("palbociclib-maintenance", "palbociclib 125 mg by mouth once daily for 21 of 28 days"),
        ("tucatinib-hp-maintenance", "tucatinib 300 mg by mouth twice daily"),
    ],
)
def test_doses_are_those_of_the_fact_check(regimen, line):
    """Each dose that a card prints is the one the fact check confirmed (E20, E21, E27, E29, other doses)."""
    assert any(printed.startswith(line) for printed in K.regimens[regimen].dose_lines)


def test_maintenance_antibodies_have_no_loading_dose():
    """Antibodies that go on after the taxane are not loaded again."""
    for id_ in ("trastuzumab-pertuzumab", "palbociclib-maintenance", "tucatinib-hp-maintenance"):
        assert all(component.loading is None for component in K.regimens[id_].components)


@pytest.mark.parametrize("id_", PRINTED)
def test_printed_evidence_names_population_and_year(id_):
    """No figure leaves the knowledge base without its population and its year."""
    entry, line = K.evidence[id_], K.evidence_line(id_)
    assert entry.population in line
    assert str(entry.year) in line
    assert entry.source


@pytest.mark.parametrize("id_", KEPT_OFF)
def test_evidence_that_is_kept_off_has_no_line(id_):
    """What is unverified, wrong or outdated has no sentence at all, so no rule and no card can print it."""
    assert K.evidence[id_].line is None
    with pytest.raises(KnowledgeError, match="may not be printed"):
        K.evidence_line(id_)


@pytest.mark.parametrize(
    "wrong",
    [
        r"28\.8[^\n]*0\.28|0\.28[^\n]*28\.8",
        r"\b1A\b",
        r"86\.1|90\.3",
        r"44\.9|26\.6",
        r"8\.4 vs 4\.4",
        r"12(\.0)? vs 8\.1",
        r"\b8 %",
        r"19\.9|14\.7",
        r"T-DM1[^\n]*MCBS|MCBS[^\n]*T-DM1\b(?!\))[^\n]*EMILIA",
        r"T-DXd; strong recommendation, high",
        r"level I{1,3}\b|grade [ABC]\b",
    ],
)
def test_wrong_figures_cannot_be_printed(wrong):
    """The wrong pairings of the source documents, and figures without a source, appear in nothing that can be printed."""
    assert not re.search(wrong, everything_printable())


def test_hazard_ratio_of_the_brain_subgroup_is_not_the_overall_result():
    """HER2CLIMB's HR 0.48 is printed with brain metastases as the population, and nowhere else."""
    lines = [line for line in everything_printable().splitlines() if "HR 0.48" in line]
    assert lines
    assert all("brain metastases" in line for line in lines)


def test_destiny_breast03_readouts_keep_their_own_figures():
    """2022: HR 0.28 without a median; 2023: 28.8 vs 6.8 months with HR 0.33; survival 2023 and 2024 (E01, E02)."""
    assert "not reached vs 6.8 mo, HR 0.28 (95 % CI 0.22-0.37)" in K.evidence_line("db03-2022-pfs")
    assert K.evidence_line("db03-2023-pfs") == (
        "DESTINY-Breast03 (phase 3, 2023 update; HER2+ MBC after trastuzumab and a taxane; T-DXd vs trastuzumab emtansine): "
        "median PFS 28.8 vs 6.8 mo, HR 0.33 (95 % CI 0.26-0.43)"
    )
    assert "HR 0.64 (95 % CI 0.47-0.87), P = 0.0037" in K.evidence_line("db03-2023-os")
    assert "52.6 vs 42.7 mo, HR 0.73 (95 % CI 0.56-0.94)" in K.evidence_line("db03-2024-os")


def test_asco_second_line_is_strong_on_moderate_evidence():
    """ASCO 2022, 2.1 is a strong recommendation on moderate evidence, not on high (C20)."""
    assert K.evidence_line("asco-2022-2-1").endswith("T-DXd; strong recommendation, moderate-quality evidence")


def test_sixth_month_belongs_to_the_us_windows_of_the_conjugates():
    """T-DXd and T-DM1 after an adjuvant relapse are within the US label up to 6 months; T-DXd's EU label has no limit (R019, R107)."""
    (us,), (eu,), (tdm1,) = K.labels_of("tdxd", "US"), K.labels_of("tdxd", "EU"), K.labels_of("tdm1", "US")
    late = {"her2-regimen", "trastuzumab", "taxane"}
    assert not us.covers(late)
    assert us.may_cover(late, {"relapse-within-6-months"})
    assert us.covers(late | {"relapse-within-6-months"})
    assert eu.covers(late)
    assert not tdm1.covers(late)
    assert tdm1.covers(late | {"therapy-metastatic"})
    assert not tdm1.covers({"trastuzumab", "therapy-metastatic"})


def test_tucatinib_needs_a_metastatic_regimen_in_the_us_and_two_regimens_in_the_eu():
    """The triplet's label windows (R108)."""
    (us,), (eu,) = (K.labels_of("tucatinib-trastuzumab-capecitabine", where) for where in ("US", "EU"))
    assert us.covers({"her2-regimen-metastatic"})
    assert not us.covers({"her2-regimen", "two-her2-regimens"})
    assert eu.covers({"two-her2-regimens"})
    assert not eu.covers({"her2-regimen-metastatic"})


def test_a_reported_or_pending_approval_is_never_within_the_label():
    """Palbociclib's approval by hearsay, and the EU application, do not count as labels; both say so in print."""
    (palbociclib,), (europe,) = K.labels_of("palbociclib-maintenance", "US"), K.labels_of("tdxd-pertuzumab", "EU")
    everything = {"first-line", "hr-positive", "her2-regimen-metastatic"}
    assert not palbociclib.covers(everything)
    assert not europe.covers(everything)
    assert "secondary sources only" in palbociclib.text
    assert "2026-06-24" in palbociclib.text
    assert "under review" in europe.text
    assert "FDA 2025-12-15" in K.labels_of("tdxd-pertuzumab", "US")[0].text


def test_the_rule_book_is_whole():
    """All 121 rules and the fifteen order checks are in the book, each with its status, and the topics are those of the contract."""
    book = rule_book()
    expected = {f"R{n:03}" for n in (*range(1, 85), *range(101, 138))} | {f"P{n:02}" for n in range(1, 16)}
    assert set(book) == expected
    assert {topic for rule in book.values() for topic in rule.topics} <= set(TOPICS.split())
    assert all(rule.reason for rule in book.values() if rule.status == "text")


def test_files_name_no_source_file_and_no_machine():
    """Sources are named as documents; no path, no seed file name is in any knowledge file."""
    for file in FOLDER.rglob("*.*"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?<!\S)/\w+/\w+|seed|\.txt\b", text), file.name


@pytest.mark.parametrize(
    ("regimen", "lines"),
    [
        ("tdxd-pertuzumab", ["trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks", "pertuzumab 840 mg, then 420 mg IV every 3 weeks"]),
        ("tdm1", ["trastuzumab emtansine 3.6 mg/kg IV every 3 weeks (never above 3.6)"]),
        (
            "tucatinib-trastuzumab-capecitabine",
            [
                "tucatinib 300 mg by mouth twice daily",
                "trastuzumab 8 mg/kg, then 6 mg/kg IV every 3 weeks",
                "capecitabine 1000 mg/m2 by mouth twice daily on days 1-14 of 21",
            ],
        ),
        (
            "trastuzumab-chemotherapy",
            [
                "trastuzumab 8 mg/kg, then 6 mg/kg IV every 3 weeks",
                "or trastuzumab 4 mg/kg, then 2 mg/kg IV weekly",
                "plus a chemotherapy partner not used before (no anthracycline)",
            ],
        ),
    ],
)
def test_dose_lines_are_what_a_clinician_orders_by(regimen, lines):
    """Loading dose, dose, unit, route, schedule and note, in this order and with nothing else; a choice begins with "or"."""
    assert list(K.regimens[regimen].dose_lines) == lines
