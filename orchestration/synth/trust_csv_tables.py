"""The seven queries behind the trust's CSV files; column names follow the NHS Data Dictionary."""

from orchestration.synth.codes import CODE_NO, VITALS

PAS_PATIENTS = """
    select
        people_rows.mrn as LOCAL_PATIENT_IDENTIFIER,
        people_rows.nhs_number as NHS_NUMBER,
        case people_rows.status
            when 'nhs_number_missing' then '07'
            when 'nhs_number_invalid' then '02'
            else '01'
        end as NHS_NUMBER_STATUS_INDICATOR_CODE,
        people_rows.title as PERSON_TITLE,
        people_rows.given_name as PERSON_GIVEN_NAME,
        people_rows.family_name as PERSON_FAMILY_NAME,
        people_rows.former_family_name as PERSON_PREVIOUS_FAMILY_NAME,
        people_rows.birth_date as PERSON_BIRTH_DATE,
        people_rows.sex_code as PERSON_STATED_GENDER_CODE,
        people_rows.ethnic_category as ETHNIC_CATEGORY,
        people_rows.address_line as PATIENT_USUAL_ADDRESS,
        people_rows.postcode as POSTCODE_OF_USUAL_ADDRESS,
        people_rows.phone as TELEPHONE_NUMBER,
        people_rows.email as EMAIL_ADDRESS,
        people_rows.next_of_kin as NEXT_OF_KIN_NAME,
        people_rows.gp_name as GENERAL_MEDICAL_PRACTITIONER_NAME,
        people_rows.gp_practice as GENERAL_MEDICAL_PRACTICE_NAME,
        strftime(people_rows.death_at, '%Y-%m-%d %H:%M:%S') as PERSON_DEATH_DATE_TIME,
        trust.trust_code as ORGANISATION_IDENTIFIER,
        survivor.mrn as MERGED_INTO_LOCAL_PATIENT_IDENTIFIER,
        strftime(people_rows.merged_at, '%Y-%m-%d %H:%M:%S') as MERGED_DATE_TIME

    from people_rows

    inner join trust on people_rows.trust = trust.trust

    left join people as survivor on people_rows.replaced_by_person_id = survivor.person_id

    order by people_rows.person_id
"""

ED_ATTENDANCES = """
    select
        'ED' || visit.visit_id as EMERGENCY_CARE_ATTENDANCE_IDENTIFIER,
        people.mrn as LOCAL_PATIENT_IDENTIFIER,
        people.nhs_number as NHS_NUMBER,
        site.site_code as ORGANISATION_SITE_IDENTIFIER,
        strftime(start_at, '%Y-%m-%d') as EMERGENCY_CARE_ARRIVAL_DATE,
        strftime(start_at, '%H:%M:%S') as EMERGENCY_CARE_ARRIVAL_TIME,
        strftime(assessed_at, '%Y-%m-%d') as EMERGENCY_CARE_INITIAL_ASSESSMENT_DATE,
        strftime(assessed_at, '%H:%M:%S') as EMERGENCY_CARE_INITIAL_ASSESSMENT_TIME,
        strftime(seen_at, '%Y-%m-%d') as EMERGENCY_CARE_SEEN_FOR_TREATMENT_DATE,
        strftime(seen_at, '%H:%M:%S') as EMERGENCY_CARE_SEEN_FOR_TREATMENT_TIME,
        strftime(end_at, '%Y-%m-%d') as EMERGENCY_CARE_DEPARTURE_DATE,
        strftime(end_at, '%H:%M:%S') as EMERGENCY_CARE_DEPARTURE_TIME,
        discharge_destination as DISCHARGE_DESTINATION_CODE

    from visit

    inner join people using (person_id)

    inner join site using (site_no)

    where kind = 'ED'

    order by visit.visit_id
"""

APC_SPELLS = """
    select
        'APC' || visit.visit_id as HOSPITAL_PROVIDER_SPELL_IDENTIFIER,
        people.mrn as LOCAL_PATIENT_IDENTIFIER,
        people.nhs_number as NHS_NUMBER,
        site.site_code as ORGANISATION_SITE_IDENTIFIER,
        strftime(start_at, '%d/%m/%Y') as START_DATE_HOSPITAL_PROVIDER_SPELL,
        strftime(start_at, '%H:%M:%S') as START_TIME_HOSPITAL_PROVIDER_SPELL,
        admission_method as ADMISSION_METHOD_CODE,
        strftime(end_at, '%d/%m/%Y') as DISCHARGE_DATE_HOSPITAL_PROVIDER_SPELL,
        strftime(end_at, '%H:%M:%S') as DISCHARGE_TIME_HOSPITAL_PROVIDER_SPELL,
        discharge_destination as DISCHARGE_DESTINATION_CODE,
        specialty as ACTIVITY_TREATMENT_FUNCTION_CODE,
        consultant.name as CONSULTANT_NAME

    from visit

    inner join people using (person_id)

    inner join site using (site_no)

    inner join consultant using (consultant_no)

    where kind = 'APC'

    order by visit.visit_id
"""

_VITAL_CODES = ", ".join(str(CODE_NO[code.key]) for code in VITALS)

LABS = f"""
    select
        coalesce(people.mrn, 'Z' || measurement.person_id) as LOCAL_PATIENT_IDENTIFIER,
        'L' || measurement_id as LABORATORY_RESULT_IDENTIFIER,
        code.name as PATHOLOGY_TEST_NAME,
        code.code as LOINC_CODE,
        strftime(event_at, '%Y-%m-%d %H:%M:%S') as SAMPLE_COLLECTION_DATE_TIME,
        strftime(recorded_at, '%Y-%m-%d %H:%M:%S') as RESULT_REPORTED_DATE_TIME,
        value as TEST_RESULT_VALUE,
        code.unit as UNIT_OF_MEASUREMENT,
        nullif(visit_id, 0) as VISIT_IDENTIFIER

    from measurement

    left join people on measurement.person_id = people.person_id

    inner join code using (code_no)

    where code_no not in ({_VITAL_CODES})

    order by measurement_id
"""

VITALS_ROUNDS = """
    select
        people.mrn as LOCAL_PATIENT_IDENTIFIER,
        nullif(visit_id, 0) as VISIT_IDENTIFIER,
        strftime(taken_at, '%Y-%m-%d %H:%M:%S') as OBSERVATION_DATE_TIME,
        strftime(recorded_at, '%Y-%m-%d %H:%M:%S') as ENTERED_DATE_TIME,
        heart_rate as HEART_RATE,
        respiratory_rate as RESPIRATORY_RATE,
        temperature as BODY_TEMPERATURE,
        systolic as SYSTOLIC_BLOOD_PRESSURE,
        diastolic as DIASTOLIC_BLOOD_PRESSURE,
        mean_pressure as MEAN_ARTERIAL_PRESSURE,
        oxygen_saturation as OXYGEN_SATURATION,
        inspired_oxygen as INSPIRED_OXYGEN_PERCENTAGE,
        coma_scale as GLASGOW_COMA_SCALE_TOTAL

    from vital_set

    inner join people using (person_id)

    order by vital_set_id
"""


def _grade(item: str) -> str:
    return f"max(value_code) filter (where code_no = {CODE_NO[item]})"


EYE_SCREENING = f"""
    select
        any_value(people.mrn) as LOCAL_PATIENT_IDENTIFIER,
        any_value(people.nhs_number) as NHS_NUMBER,
        visit_id as VISIT_IDENTIFIER,
        strftime(any_value(event_at), '%Y-%m-%d %H:%M:%S') as DIGITAL_IMAGES_TAKEN_DATE_TIME,
        strftime(any_value(recorded_at), '%Y-%m-%d %H:%M:%S') as FINAL_GRADE_DATE_TIME,
        {_grade("right_retinopathy")} as RIGHT_RETINOPATHY_GRADE,
        {_grade("right_maculopathy")} as RIGHT_MACULOPATHY_GRADE,
        {_grade("right_photocoagulation")} as RIGHT_PHOTOCOAGULATION_GRADE,
        {_grade("left_retinopathy")} as LEFT_RETINOPATHY_GRADE,
        {_grade("left_maculopathy")} as LEFT_MACULOPATHY_GRADE,
        {_grade("left_photocoagulation")} as LEFT_PHOTOCOAGULATION_GRADE

    from grade

    inner join people using (person_id)

    group by visit_id

    order by visit_id
"""

RIS_EXAMS = """
    select
        accession_number as ACCESSION_NUMBER,
        people.mrn as LOCAL_PATIENT_IDENTIFIER,
        code.name as EXAMINATION_DESCRIPTION,
        modality as MODALITY,
        upper(strftime(started_at, '%d-%b-%Y %H:%M')) as EXAMINATION_DATE_TIME,
        upper(people.family_name) || '^' || people.given_name as PATIENT_NAME,
        strftime(people.birth_date, '%d/%m/%Y') as PERSON_BIRTH_DATE,
        site.site_code as ORGANISATION_SITE_IDENTIFIER,
        consultant.name as REFERRER_NAME,
        dicom_uid('study', exam_no) as STUDY_INSTANCE_UID,
        upper(strftime(reported_at, '%d-%b-%Y %H:%M')) as REPORTED_DATE_TIME

    from exam

    inner join people using (person_id)

    inner join site using (site_no)

    inner join code using (code_no)

    inner join consultant using (consultant_no)

    order by exam_no
"""

TABLES = {
    "pas_patients": PAS_PATIENTS,
    "ed_attendances": ED_ATTENDANCES,
    "apc_spells": APC_SPELLS,
    "labs": LABS,
    "vitals": VITALS_ROUNDS,
    "eye_screening": EYE_SCREENING,
    "ris_exams": RIS_EXAMS,
}
