"""The letters and reports of the trust, with `{placeholders}` for what differs.

A placeholder is a column of the query in `text`; those in `IDENTIFYING` name somebody. Every text is invented.
"""

# Placeholder -> kind of identifier, for the list of identifiers that goes with each note.
IDENTIFYING = {
    "name": "patient_name",
    "name_again": "patient_name",
    "family_name": "patient_name",
    "former_name": "former_name",
    "birth": "birth_date",
    "nhs_number": "nhs_number",
    "mrn": "mrn",
    "address": "address",
    "postcode": "postcode",
    "phone": "phone",
    "email": "email",
    "gp_name": "gp_name",
    "consultant": "consultant",
    "next_of_kin": "next_of_kin",
    "hospital": "hospital",
}

TEMPLATES = {
    "clinic_general": """{hospital}, {department} Outpatients
Date of clinic: {seen_on}    Dictated: {written_on}

Dear {gp_name}, {gp_practice}

Re: {name}{former_clause}
DOB: {birth}   NHS No: {nhs_number}   Hospital No: {mrn}
{address}, {postcode}

Thank you for referring {name_again}, whom I saw in clinic today. {complaint} Blood pressure was \
{systolic}/{diastolic} mmHg, pulse regular. {plan} I have asked for bloods to be repeated in six weeks and the \
results sent to you. The patient can be reached on {phone}{email_clause}, and {next_of_kin} ({relation}) may \
take messages. We will see {family_name} again in four months; should things change sooner please ring my \
secretary.

Yours sincerely
{consultant}
Consultant, {department}""",
    "clinic_follow_up": """FOLLOW-UP CLINIC LETTER

Patient: {name}
Date of birth {birth}, NHS {nhs_number}, ref {mrn}
Seen on {seen_on} at {hospital}

Diagnoses: {complaint}

I reviewed {family_name} with the specialist nurse. Exercise tolerance is about two flights of stairs. On \
examination the chest was clear and there was no ankle swelling; blood pressure {systolic}/{diastolic}. {plan} \
Medication was reconciled with the list held by {gp_practice}. {next_of_kin}, {relation}, came along and asked \
about driving; I gave the usual advice. Please change the contact number on your system to {phone}. \
Correspondence goes to {address}, {postcode}.

{consultant}
cc {gp_name}; patient""",
    "clinic_diabetes": """Diabetes and Endocrinology, {hospital}
Clinic {seen_on}, typed {written_on}

Dear {gp_name}

{name}, born {birth}. Hospital number {mrn}; NHS number {nhs_number}.

Known diabetes. Home readings lie between 6 and 11 mmol/L with no hypoglycaemia. Blood pressure \
{systolic}/{diastolic} mmHg. Feet: pulses present, monofilament felt at ten of ten sites. {plan} {name_again} \
attends the eye screening programme and knows to ring if vision changes. Written information was posted to \
{address} ({postcode}){email_clause}. I was told that {next_of_kin} helps with injections at weekends. The \
next HbA1c is due in three months, please, before we meet again.

With kind regards
{consultant}""",
    "eye_screening": """Diabetic Eye Screening Programme
Result letter of {written_on}

To: {gp_name}, {gp_practice}
Concerning: {name}{former_clause}, DOB {birth}
NHS number {nhs_number}; local number {mrn}

Dear Doctor

{family_name} attended for retinal photography on {seen_on} at {hospital}. Both pupils were dilated with \
tropicamide 1%. {eye_result} Good control of glucose, blood pressure and cholesterol remains the best \
protection. The invitation for the next appointment will be sent to {address}, {postcode}. If the patient has \
moved, or the number {phone} no longer works, please tell the programme office.

Clinical lead: {consultant}""",
    "discharge_medical": """DISCHARGE SUMMARY - {hospital}
Patient: {name}    NHS: {nhs_number}    MRN: {mrn}    DOB: {birth}
Address: {address}, {postcode}    Tel: {phone}
Admitted: {seen_on}    Discharged: {left_on}    Consultant: {consultant}
GP: {gp_name}, {gp_practice}

Presenting complaint: {complaint}
Course: {hospital_course} Observations were stable for a day before discharge. Functionally at baseline, \
walking with one stick.
Changes to medication: {plan}
Next of kin {next_of_kin} ({relation}) was informed by telephone.

For the GP: please repeat urea and electrolytes in one week. {name_again} has been told when to seek help and \
has a copy of this summary.

Completed electronically on {written_on}.""",
    "discharge_short": """To {gp_name}
{name} (dob {birth}), hospital no. {mrn}, nhs no. {nhs_number}
Inpatient {seen_on} to {left_on}, {hospital}

Reason: {complaint} {hospital_course}
{plan} No outstanding results. Lives at {address} {postcode} with {next_of_kin}, {relation}; package of care \
unchanged. Ward pharmacist has spoken with the community pharmacy. Wound and cannula sites clean. Advice sheet \
given, and {family_name} was able to repeat the main points back. Telephone follow-up on {phone} within 48 \
hours by the discharge team.

Signed for {consultant}, {written_on}""",
    "emergency": """Emergency Department, {hospital}
Attendance {seen_on}

Dear {gp_name}
{name}, {birth}, NHS {nhs_number}, ED number {mrn}, {address}, {postcode}

Self-presented with: {complaint} Triage category 3. Observations on arrival within normal limits, blood \
pressure {systolic}/{diastolic}. Examined by the registrar. Bloods and ECG unremarkable. {plan} Discharged \
home with {next_of_kin} ({relation}); contact {phone}. No follow-up arranged here; please review in one to two \
weeks if symptoms persist. Safeguarding questions asked, no concern.

On behalf of {consultant}""",
    "chest_report": """Examination: XR Chest   Accession: {accession}
Patient: {name}   DOB: {birth}   NHS: {nhs_number}   Hospital number: {mrn}
Referrer: {consultant}, {hospital}
Performed {seen_on}

Clinical history: {history}

Findings: {chest_finding} The heart size is within normal limits for the projection. No pneumothorax. No acute \
bony abnormality. Lines and tubes, where present, are appropriately sited.

Comparison: earlier film of {family_name}, taken at this hospital.

Reported {written_on}.""",
    "chest_report_brief": """XR CHEST {seen_on} ({accession})
{name}, {birth}, {mrn}

{history} {chest_finding} Costophrenic angles clear. Heart and mediastinum unremarkable. The ward was \
telephoned; message taken for {consultant}. NHS number on the request ({nhs_number}) checked against the \
wristband at {hospital}.

Verified {written_on}.""",
}

# What the sentences of a note say; chosen by number, and free of names.
PHRASES = {
    "complaint": (
        "Three weeks of breathlessness on exertion.",
        "Intermittent central chest discomfort, not related to meals.",
        "A productive cough with fever for five days.",
        "Dizziness on standing, one fall without injury.",
        "Painful swelling of the left knee.",
        "Burning on passing urine and loin pain.",
        "An itchy rash over both forearms since spring.",
        "Palpitations lasting minutes, about twice a week.",
    ),
    "plan": (
        "Continue ramipril 5 mg once daily.",
        "Amlodipine was increased to 10 mg.",
        "Start atorvastatin 20 mg at night.",
        "Stop the diuretic and weigh daily.",
        "No change to regular medicines.",
        "Complete five more days of the antibiotic by mouth.",
        "Metformin to stay at 1 g twice a day.",
    ),
    "hospital_course": (
        "Treated with intravenous fluids and antibiotics with good response.",
        "Settled with analgesia and observation.",
        "An infection was suspected on the ward, cultures were sent and treatment was started the same day.",
        "Underwent the planned procedure without complication.",
        "Rate controlled, anticoagulation discussed and begun.",
    ),
    "history": (
        "Cough and fever, ?consolidation.",
        "Sepsis screen.",
        "Shortness of breath, ?failure.",
        "Chest pain, ?pneumothorax.",
        "Pre-operative.",
    ),
    "chest_finding": (
        "Lungs and pleural spaces are clear.",
        "Patchy air-space shadowing in the right lower zone, in keeping with infection.",
        "Small left pleural effusion with overlying atelectasis.",
        "Upper lobe venous diversion and small bilateral effusions.",
        "Hyperinflated lungs without focal consolidation.",
    ),
    "eye_result": (
        "No sign of diabetic retinopathy was found in either eye.",
        "Early background changes were found, which need no treatment.",
        "Changes were found that an eye specialist should look at.",
        "The images were not clear enough to be graded.",
    ),
    "department": (
        "General Medicine",
        "Cardiology",
        "Respiratory Medicine",
        "Rheumatology",
        "Dermatology",
        "Diabetes and Endocrinology",
    ),
}
