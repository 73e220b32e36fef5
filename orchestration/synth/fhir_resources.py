"""What one resource of each type looks like, in terms of the tables of a chunk."""

from dataclasses import dataclass
from typing import Any

from orchestration.synth.codes import CODE_NO
from orchestration.synth.json_sql import number, optional, text, words

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
UK_CODES = "https://fhir.hl7.org.uk/CodeSystem/UKCore-"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True)
class Resource:
    """One resource type: the rows it is made of (a from clause), their total order, and the JSON of one."""

    rows: str
    order: str
    body: dict[str, Any]


_SYSTEM = """
    case code.vocabulary
        when 'SNOMED' then 'http://snomed.info/sct'
        when 'LOINC' then 'http://loinc.org'
        when 'RxNorm' then 'http://www.nlm.nih.gov/research/umls/rxnorm'
        else 'urn:cohortgate:nhs-des'
    end
"""
_CODING = {"coding": [{"system": text(_SYSTEM), "code": text("code.code"), "display": text("code.name")}]}
_ACCESSION = {
    "type": {"coding": [{"system": TERMINOLOGY + "v2-0203", "code": "ACSN"}]},
    "system": "urn:cohortgate:accession",
    "value": text("accession_number"),
}


def _reference(kind: str, column: str) -> dict[str, Any]:
    return {"reference": text(f"'{kind}/' || fhir_id('{kind}', {column})")}


def _coded(system: str, column: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": text(column)}]}


def _moment(column: str) -> Any:
    return text(f"london({column})")


_SUBJECT = _reference("Patient", "person_id")
_ENCOUNTER = optional(_reference("Encounter", "nullif(visit_id, 0)"))

_GENDER = "case sex_code when '1' then 'male' when '2' then 'female' when '9' then 'other' else 'unknown' end"

PATIENT = Resource(
    rows="people_rows inner join trust using (trust)",
    order="person_id",
    body={
        "resourceType": "Patient",
        "id": text("fhir_id('Patient', person_id)"),
        "meta": {"lastUpdated": _moment("coalesce(merged_at, updated_at)")},
        "extension": optional(
            [
                {
                    "url": UK_CORE + "EthnicCategory",
                    "valueCodeableConcept": _coded(UK_CODES + "EthnicCategory", "ethnic_category"),
                }
            ]
        ),
        "identifier": [
            {
                "type": {"coding": [{"system": TERMINOLOGY + "v2-0203", "code": "MR"}]},
                "system": "urn:cohortgate:mrn",
                "value": text("mrn"),
            },
            optional(
                {
                    "extension": [
                        {
                            "url": UK_CORE + "NHSNumberVerificationStatus",
                            "valueCodeableConcept": _coded(
                                UK_CODES + "NHSNumberVerificationStatusEngland",
                                "case status when 'nhs_number_invalid' then '02' else '01' end",
                            ),
                        }
                    ],
                    "system": NHS_NUMBER,
                    "value": text("nhs_number"),
                }
            ),
        ],
        "active": number("replaced_by_person_id = 0"),
        "name": [
            {
                "use": "official",
                "family": words("family_name"),
                "given": [words("given_name")],
                "prefix": [words("title")],
            },
            optional({"use": "old", "family": words("former_family_name")}),
        ],
        "telecom": [
            {"system": "phone", "value": text("phone"), "use": "home"},
            optional({"system": "email", "value": text("email")}),
        ],
        "gender": text(_GENDER),
        "birthDate": text("strftime(birth_date, '%Y-%m-%d')"),
        "deceasedDateTime": optional(_moment("death_at")),
        "address": [{"use": "home", "line": [words("address_line")], "city": "London", "postalCode": text("postcode")}],
        "contact": [{"relationship": [{"text": text("next_of_kin_relation")}], "name": {"text": words("next_of_kin")}}],
        "generalPractitioner": [{"display": words("gp_name")}],
        "managingOrganization": {
            "identifier": {"system": ODS_CODE, "value": text("trust_code")},
            "display": words("trust_name"),
        },
        "link": optional([{"other": _reference("Patient", "nullif(replaced_by_person_id, 0)"), "type": "replaced-by"}]),
    },
)

ENCOUNTER = Resource(
    rows="visit inner join site using (site_no) inner join specialty using (specialty)",
    order="visit_id",
    body={
        "resourceType": "Encounter",
        "id": text("fhir_id('Encounter', visit_id)"),
        "extension": optional(
            [
                {
                    "url": UK_CORE + "AdmissionMethod",
                    "valueCodeableConcept": _coded(UK_CODES + "AdmissionMethodEngland", "admission_method"),
                }
            ]
        ),
        "identifier": [{"system": "urn:cohortgate:visit", "value": text("kind || visit_id")}],
        "status": "finished",
        "class": {
            "system": TERMINOLOGY + "v3-ActCode",
            "code": text("case kind when 'ED' then 'EMER' when 'APC' then 'IMP' else 'AMB' end"),
        },
        "serviceType": _coded("urn:cohortgate:treatment-function", "specialty"),
        "subject": _SUBJECT,
        "period": {"start": _moment("start_at"), "end": _moment("end_at")},
        "hospitalization": optional(
            {"dischargeDisposition": _coded(UK_CODES + "DischargeDestinationEngland", "discharge_destination")}
        ),
        "serviceProvider": {
            "identifier": {"system": ODS_CODE, "value": text("site_code")},
            "display": words("site_name"),
        },
    },
)

CONDITION = Resource(
    rows="condition inner join code using (code_no)",
    order="condition_id",
    body={
        "resourceType": "Condition",
        "id": text("fhir_id('Condition', condition_id)"),
        "clinicalStatus": {"coding": [{"system": TERMINOLOGY + "condition-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": TERMINOLOGY + "condition-ver-status", "code": "confirmed"}]},
        "code": _CODING,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "onsetDateTime": _moment("start_at"),
        "recordedDate": _moment("recorded_at"),
    },
)

# Systolic pressure carries the diastolic; grades come as coded values.
_OBSERVED = f"""
    (
        select
            measurement_id as row_no,
            'M' || measurement_id as local_id,
            person_id,
            visit_id,
            event_at,
            recorded_at,
            value,
            diastolic,
            cast(null as varchar) as value_code,
            code_no,
            code_no = {CODE_NO["systolic"]} as is_pressure

        from measurement

        where code_no <> {CODE_NO["diastolic"]}

        union all

        select
            grade_id,
            'G' || grade_id,
            person_id,
            visit_id,
            event_at,
            recorded_at,
            cast(null as double),
            cast(null as double),
            value_code,
            code_no,
            false

        from grade

    ) as observed

    inner join code using (code_no)
"""


def _quantity(value: str, unit: str) -> dict[str, Any]:
    return {
        "value": number(value),
        "unit": text(unit),
        "system": "http://unitsofmeasure.org",
        "code": text(unit),
    }


def _pressure(code: str, value: str) -> dict[str, Any]:
    return {
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": _quantity(f"case when is_pressure then {value} end", "'mm[Hg]'"),
    }


OBSERVATION = Resource(
    rows=_OBSERVED,
    order="local_id",
    body={
        "resourceType": "Observation",
        "id": text("fhir_id('Observation', local_id)"),
        "status": "final",
        "code": {
            "coding": [
                {
                    "system": text(_SYSTEM),
                    "code": text("case when is_pressure then '85354-9' else code.code end"),
                    "display": text("case when is_pressure then 'Blood pressure panel' else code.name end"),
                }
            ]
        },
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "effectiveDateTime": _moment("event_at"),
        "issued": _moment("recorded_at"),
        "valueQuantity": optional(_quantity("case when not is_pressure then value end", "code.unit")),
        "valueCodeableConcept": optional(
            {"coding": [{"system": "urn:cohortgate:nhs-des", "code": text("value_code")}]}
        ),
        "component": optional([_pressure("8480-6", "value"), _pressure("8462-4", "diastolic")]),
    },
)

PROCEDURE = Resource(
    rows="exam inner join code using (code_no)",
    order="exam_no",
    body={
        "resourceType": "Procedure",
        "id": text("fhir_id('Procedure', exam_no)"),
        "status": "completed",
        "code": _CODING,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        # A portable film is charted with its start and end, the rest with a moment.
        "performedDateTime": optional(_moment("case when modality <> 'CR' then started_at end")),
        "performedPeriod": optional(
            {
                "start": _moment("case when modality = 'CR' then started_at end"),
                "end": _moment("started_at + to_minutes(10)"),
            }
        ),
    },
)

MEDICATION_REQUEST = Resource(
    rows=f"drug inner join code using (code_no) where code_no = {CODE_NO['metformin']}",
    order="drug_id",
    body={
        "resourceType": "MedicationRequest",
        "id": text("fhir_id('MedicationRequest', drug_id)"),
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": _CODING,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "authoredOn": _moment("start_at"),
    },
)

MEDICATION_ADMINISTRATION = Resource(
    rows=f"drug inner join code using (code_no) where code_no <> {CODE_NO['metformin']}",
    order="drug_id",
    body={
        "resourceType": "MedicationAdministration",
        "id": text("fhir_id('MedicationAdministration', drug_id)"),
        "extension": [{"url": "urn:cohortgate:recorded-at", "valueDateTime": _moment("recorded_at")}],
        "status": "completed",
        "medicationCodeableConcept": _CODING,
        "subject": _SUBJECT,
        "context": _ENCOUNTER,
        "effectiveDateTime": _moment("start_at"),
        "dosage": {
            "route": _coded("http://snomed.info/sct", "case route when 4171047 then '47625008' else '26643006' end")
        },
    },
)

_ATTACHMENT = {
    "contentType": "text/plain; charset=utf-8",
    "data": text("base64(encode(note_text))"),
    "title": words("title"),
}

DIAGNOSTIC_REPORT = Resource(
    rows="""
    note

    inner join code using (code_no)

    inner join (select exam_no, accession_number from exam) as known_exam using (exam_no)
    """,
    order="note_id",
    body={
        "resourceType": "DiagnosticReport",
        "id": text("fhir_id('Note', note_id)"),
        "identifier": [_ACCESSION],
        "status": "final",
        "code": _CODING,
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "effectiveDateTime": _moment("seen_at"),
        "issued": _moment("written_at"),
        "presentedForm": [_ATTACHMENT],
    },
)

DOCUMENT_REFERENCE = Resource(
    rows="note inner join code using (code_no) inner join consultant using (consultant_no) where exam_no = 0",
    order="note_id",
    body={
        "resourceType": "DocumentReference",
        "id": text("fhir_id('Note', note_id)"),
        "status": "current",
        "type": _CODING,
        "subject": _SUBJECT,
        "date": _moment("written_at"),
        "author": [{"display": words("consultant.name")}],
        "content": [{"attachment": _ATTACHMENT}],
        "context": optional({"encounter": [_reference("Encounter", "nullif(visit_id, 0)")]}),
    },
)

IMAGING_STUDY = Resource(
    rows="exam",
    order="exam_no",
    body={
        "resourceType": "ImagingStudy",
        "id": text("fhir_id('ImagingStudy', exam_no)"),
        "identifier": [
            {"system": "urn:dicom:uid", "value": text("'urn:oid:' || dicom_uid('study', exam_no)")},
            _ACCESSION,
        ],
        "status": "available",
        "subject": _SUBJECT,
        "encounter": _ENCOUNTER,
        "started": _moment("started_at"),
        "series": [
            {
                "uid": text("dicom_uid('series', exam_no || '/1')"),
                "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": text("modality")},
            }
        ],
    },
)

RESOURCES = {
    "Patient": PATIENT,
    "Encounter": ENCOUNTER,
    "Condition": CONDITION,
    "Observation": OBSERVATION,
    "Procedure": PROCEDURE,
    "MedicationRequest": MEDICATION_REQUEST,
    "MedicationAdministration": MEDICATION_ADMINISTRATION,
    "DiagnosticReport": DIAGNOSTIC_REPORT,
    "DocumentReference": DOCUMENT_REFERENCE,
    "ImagingStudy": IMAGING_STUDY,
}
