"""The clinical codes that the trust uses, each with its OMOP concept.

A concept id of 2,000,000,000 or more is local to the site; its concept row still names vocabulary and code.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.synth.frame import Frame


@dataclass(frozen=True)
class Code:
    """One code: what the hospital measures, gives, finds or does."""

    key: str
    concept_id: int
    vocabulary: str
    code: str
    name: str
    domain: str
    unit: str | None = None


def _loinc(key: str, concept_id: int, code: str, name: str, *, unit: str | None) -> Code:
    return Code(key, concept_id, "LOINC", code, name, "Measurement", unit)


def _drug(number: int, code: str, name: str) -> Code:
    return Code(name, 2_000_000_200 + number, "RxNorm", code, name, "Drug")


def _snomed(key: str, concept_id: int, code: str, name: str, *, domain: str) -> Code:
    return Code(key, concept_id, "SNOMED", code, name, domain)


def _grade(number: int, item: str) -> Code:
    name = item.replace("_", " ").capitalize() + " grade"
    return Code(item, 2_000_000_401 + number, "NHS DES", item, name, "Observation")


VITALS = (
    _loinc("heart_rate", 3027018, "8867-4", "Heart rate", unit="/min"),
    _loinc("respiratory_rate", 3024171, "9279-1", "Respiratory rate", unit="/min"),
    _loinc("temperature", 3020891, "8310-5", "Body temperature", unit="Cel"),
    _loinc("systolic", 3004249, "8480-6", "Systolic blood pressure", unit="mmHg"),
    _loinc("diastolic", 3012888, "8462-4", "Diastolic blood pressure", unit="mmHg"),
    _loinc("mean_pressure", 3027598, "8478-0", "Mean blood pressure", unit="mmHg"),
    _loinc("oxygen_saturation", 40762499, "59408-5", "Oxygen saturation by pulse oximetry", unit="%"),
    _loinc("inspired_oxygen", 2_000_000_101, "3150-6", "Inhaled oxygen concentration", unit="%"),
    _loinc("coma_scale", 2_000_000_102, "9269-2", "Glasgow coma score total", unit="{score}"),
)

LABS = (
    _loinc("pao2", 3027801, "2703-7", "Oxygen partial pressure in arterial blood", unit="kPa"),
    _loinc("creatinine", 2_000_000_103, "14682-9", "Creatinine in serum or plasma", unit="umol/L"),
    _loinc("bilirubin", 2_000_000_104, "14631-6", "Bilirubin total in serum or plasma", unit="umol/L"),
    _loinc("platelets", 3024929, "777-3", "Platelets in blood by automated count", unit="10*9/L"),
    _loinc("white_cells", 3000905, "6690-2", "Leukocytes in blood by automated count", unit="10*9/L"),
    _loinc("lactate", 2_000_000_105, "2524-7", "Lactate in serum or plasma", unit="mmol/L"),
    _loinc("crp", 3020460, "1988-5", "C reactive protein in serum or plasma", unit="mg/L"),
)

OTHER_TESTS = (
    _loinc("hba1c", 2_000_000_106, "59261-8", "Haemoglobin A1c in blood by IFCC protocol", unit="mmol/mol"),
    _loinc("blood_culture", 3023368, "600-7", "Bacteria identified in blood by culture", unit=None),
)

DRUGS = tuple(
    _drug(number, code, name)
    for number, (code, name) in enumerate(
        (
            ("723", "amoxicillin"),
            ("19711", "amoxicillin/clavulanate"),
            ("74169", "piperacillin/tazobactam"),
            ("2193", "ceftriaxone"),
            ("1596450", "gentamicin"),
            ("11124", "vancomycin"),
            ("29561", "meropenem"),
            ("2551", "ciprofloxacin"),
            ("21212", "clarithromycin"),
            ("6922", "metronidazole"),
            ("4450", "flucloxacillin"),
            ("3640", "doxycycline"),
            ("7512", "noradrenaline"),
            ("6809", "metformin"),
        )
    )
)

CONDITIONS = (
    _snomed("type_2_diabetes", 201826, "44054006", "Type 2 diabetes mellitus", domain="Condition"),
    _snomed("type_1_diabetes", 201254, "46635009", "Type 1 diabetes mellitus", domain="Condition"),
    _snomed("pneumonia", 255848, "233604007", "Pneumonia", domain="Condition"),
    _snomed("urinary_infection", 81902, "68566005", "Urinary tract infectious disease", domain="Condition"),
    _snomed("sepsis", 132797, "91302008", "Sepsis", domain="Condition"),
    _snomed("hypertension", 316866, "38341003", "Hypertensive disorder", domain="Condition"),
)

PROCEDURES = (
    _snomed("eye_screening", 2_000_000_301, "134395001", "Diabetic retinopathy screening", domain="Procedure"),
    _snomed("chest_xray", 2_000_000_302, "399208008", "Plain chest X-ray", domain="Procedure"),
)

GRADE_ITEMS = tuple(
    _grade(number, item)
    for number, item in enumerate(
        (
            "right_retinopathy",
            "right_maculopathy",
            "right_photocoagulation",
            "left_retinopathy",
            "left_maculopathy",
            "left_photocoagulation",
        )
    )
)

NOTE_CLASSES = (
    Code("clinic_letter", 2_000_000_501, "LOINC", "11488-4", "Consult note", "Note"),
    Code("discharge_summary", 2_000_000_502, "LOINC", "18842-5", "Discharge summary", "Note"),
    Code("radiology_report", 2_000_000_503, "LOINC", "18748-4", "Diagnostic imaging study", "Note"),
)

CODES = (*VITALS, *LABS, *OTHER_TESTS, *DRUGS, *CONDITIONS, *PROCEDURES, *GRADE_ITEMS, *NOTE_CLASSES)

CODE_NO = {code.key: number for number, code in enumerate(CODES)}

# Concepts of people, visits, routes and units that rows refer to by id alone.
PLAIN_CONCEPTS = (
    (8507, "Gender", "Gender", "M", "MALE"),
    (8532, "Gender", "Gender", "F", "FEMALE"),
    (8521, "Gender", "Gender", "O", "OTHER"),
    (8551, "Gender", "Gender", "U", "UNKNOWN"),
    (9201, "Visit", "Visit", "IP", "Inpatient Visit"),
    (9202, "Visit", "Visit", "OP", "Outpatient Visit"),
    (9203, "Visit", "Visit", "ER", "Emergency Room Visit"),
    (4171047, "Route", "SNOMED", "47625008", "Intravenous route"),
    (4132161, "Route", "SNOMED", "26643006", "Oral route"),
    (32817, "Type Concept", "Type Concept", "OMOP4976890", "EHR"),
)

UNIT_CONCEPTS = {
    "/min": 8541,
    "Cel": 586323,
    "mmHg": 8876,
    "%": 8554,
    "{score}": 44777566,
    "kPa": 44777602,
    "umol/L": 8749,
    "10*9/L": 9444,
    "mmol/L": 8753,
    "mg/L": 8751,
    "mmol/mol": 9579,
}


def code_frame() -> Frame:
    """Return one row per code; `code_no` is what event rows carry while they are made."""
    return {
        "code_no": np.arange(len(CODES), dtype=np.int16),
        "key": _texts("key"),
        "concept_id": np.array([code.concept_id for code in CODES], dtype=np.int64),
        "vocabulary": _texts("vocabulary"),
        "code": _texts("code"),
        "name": _texts("name"),
        "domain": _texts("domain"),
        "unit": _texts("unit"),
        "unit_concept_id": np.array([UNIT_CONCEPTS.get(code.unit or "", 0) for code in CODES], dtype=np.int64),
    }


def _texts(field: str) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array([getattr(code, field) for code in CODES], dtype=object)
