"""Image files with the headers that a PACS sends: retinal photographs and chest radiographs.

Pixels are a grey square of eight by eight; headers hold all that typically names a patient, also in private
tags and nested sequences. Files lie under dicom/<study UID>/<series number>/IM0001.dcm. The DICOMweb answers
(QIDO-RS) for the same studies lie under dicomweb/.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.synth.database import rows

_OPHTHALMIC = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
_DIGITAL_X_RAY = "1.2.840.10008.5.1.4.1.1.1.1"
_COMPUTED_RADIOGRAPHY = "1.2.840.10008.5.1.4.1.1.1"
_EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_IMPLEMENTATION = "2.25.178964243719836210498235106744103452911"
_EYES = (("R", "Right"), ("L", "Left"))
_MANUFACTURER = {"OP": "TOPCON", "DX": "SIEMENS", "CR": "FUJIFILM Corporation"}
_SOP_CLASS = {"OP": _OPHTHALMIC, "DX": _DIGITAL_X_RAY, "CR": _COMPUTED_RADIOGRAPHY}

# What lies in dicom/incoming: cut short, not DICOM at all, of an unknown patient, sent twice.
TRUNCATED = 2
WRONG_FILES = {"truncated": TRUNCATED, "not_dicom": 2, "unknown_patient": 1, "duplicate": 1}
UNKNOWN_MRN = "Z0000000"


@dataclass(frozen=True)
class Image:
    """One instance to write: its examination, its patient, and which series of the study it is."""

    study_uid: str
    series_uid: str
    instance_uid: str
    frame_uid: str
    accession_number: str
    started_at: datetime
    taken_at: datetime
    modality: str
    series_number: int
    laterality: str
    mrn: str
    nhs_number: str | None
    patient: str
    former_name: str | None
    birth_date: date
    sex_code: str
    address: str
    phone: str
    next_of_kin: str
    consultant: str
    institution: str


def write_dicom(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write the files of the loaded chunk and a few that are wrong; return files and studies written."""
    images = _images(con)
    for image in images:
        path = _path(folder, image)
        path.parent.mkdir(parents=True, exist_ok=True)
        _dataset(image).save_as(path, enforce_file_format=True)
    wrong = _write_incoming(folder, images)
    studies = len({image.study_uid for image in images})
    return {"instances": len(images), "studies": studies, "files": len(images) + wrong}


def write_dicomweb(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write studies.json and series.json in the DICOM JSON model; return their numbers of items."""
    images = _images(con)
    folder.mkdir(parents=True, exist_ok=True)
    studies = {image.study_uid: image for image in images}
    counts = {uid: sum(image.study_uid == uid for image in images) for uid in studies}
    answers = {
        "studies": [_study_json(image, counts[uid]) for uid, image in studies.items()],
        "series": [_series_json(image) for image in images],
    }
    for name, items in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return {name: len(items) for name, items in answers.items()}


def _images(con: duckdb.DuckDBPyConnection) -> list[Image]:
    found = rows(
        con,
        """
        select
            dicom_uid('study', exam_no),
            dicom_uid('series', exam_no || '/' || series_number),
            dicom_uid('instance', exam_no || '/' || series_number),
            dicom_uid('frame', exam_no),
            accession_number,
            started_at,
            started_at + to_minutes(series_number - 1),
            modality,
            series_number,
            case when modality <> 'OP' then '' when series_number = 1 then 'R' else 'L' end,
            mrn,
            nhs_number,
            family_name || '^' || given_name || '^^' || title,
            former_family_name,
            birth_date,
            sex_code,
            address_line || ', London ' || postcode,
            phone,
            next_of_kin,
            consultant.name,
            site_name

        from exam

        inner join people using (person_id)

        inner join site using (site_no)

        inner join consultant using (consultant_no)

        cross join (values (1), (2)) as series (series_number)

        where has_images and (modality = 'OP' or series_number = 1)

        order by exam_no, series_number
        """,
    )
    return [Image(*row) for row in found]  # type: ignore[arg-type]


def _dataset(image: Image) -> Any:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_SOP_CLASS[image.modality])
    meta.MediaStorageSOPInstanceUID = UID(image.instance_uid)
    meta.TransferSyntaxUID = UID(_EXPLICIT_LITTLE_ENDIAN)
    meta.ImplementationClassUID = UID(_IMPLEMENTATION)
    # The name of the writing library would change the bytes with every upgrade.
    meta.ImplementationVersionName = "SYNTHTRUST"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    _add_patient(dataset, image)
    _add_study(dataset, image)
    if image.modality == "OP":
        _add_photograph(dataset, image)
    else:
        _add_radiograph(dataset, image)
    _add_hidden_identifiers(dataset, image)
    _add_pixels(dataset)
    return dataset


def _add_patient(dataset: Any, image: Image) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = image.patient
    dataset.PatientID = image.mrn
    dataset.IssuerOfPatientID = image.institution
    dataset.OtherPatientIDs = [value for value in (image.mrn, image.nhs_number) if value]
    dataset.PatientBirthDate = image.birth_date.strftime("%Y%m%d")
    dataset.PatientSex = {"1": "M", "2": "F"}.get(image.sex_code, "O")
    dataset.PatientAddress = image.address
    dataset.PatientTelephoneNumbers = image.phone
    if image.former_name:
        dataset.PatientBirthName = image.former_name
    dataset.PatientComments = f"Next of kin {image.next_of_kin}, {image.phone}"


def _add_study(dataset: Any, image: Image) -> None:
    dataset.StudyDate, dataset.StudyTime = f"{image.started_at:%Y%m%d}", f"{image.started_at:%H%M%S}"
    taken_on, taken_at = f"{image.taken_at:%Y%m%d}", f"{image.taken_at:%H%M%S}"
    dataset.SOPClassUID = _SOP_CLASS[image.modality]
    dataset.SOPInstanceUID = image.instance_uid
    dataset.StudyInstanceUID = image.study_uid
    dataset.SeriesInstanceUID = image.series_uid
    dataset.FrameOfReferenceUID = image.frame_uid
    dataset.AccessionNumber = image.accession_number
    dataset.StudyID = image.accession_number[-6:]
    dataset.Modality = image.modality
    dataset.Manufacturer = _MANUFACTURER[image.modality]
    dataset.InstitutionName = image.institution
    dataset.InstitutionAddress = "London"
    dataset.StationName = f"{image.modality}ROOM2"
    dataset.DeviceSerialNumber = "SN-" + hashlib.md5(image.institution.encode()).hexdigest()[:8]
    dataset.ReferringPhysicianName = image.consultant
    dataset.OperatorsName = "Radiographer^On^Duty"
    dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = taken_on
    dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = taken_at
    dataset.TimezoneOffsetFromUTC = "+0000"
    dataset.SeriesNumber = image.series_number
    dataset.InstanceNumber = 1


def _add_photograph(dataset: Any, image: Image) -> None:
    dataset.StudyDescription = f"Diabetic eye screening {image.patient.split('^')[0]}"
    dataset.SeriesDescription = f"{dict(_EYES)[image.laterality]} macula"
    dataset.BodyPartExamined = "RETINA"
    dataset.Laterality = image.laterality
    dataset.ImageLaterality = image.laterality


def _add_radiograph(dataset: Any, image: Image) -> None:
    dataset.StudyDescription = "XR Chest"
    dataset.SeriesDescription = "Chest frontal"
    dataset.BodyPartExamined = "CHEST"
    dataset.ViewPosition = "AP" if image.modality == "CR" else "PA"
    dataset.KVP = "110"


def _add_hidden_identifiers(dataset: Any, image: Image) -> None:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    request = Dataset()
    request.AccessionNumber = image.accession_number
    request.RequestingPhysician = image.consultant
    request.ReasonForTheRequestedProcedure = f"{image.patient.split('^')[0]} known to clinic, MRN {image.mrn}"
    other = Dataset()
    other.PatientID = image.nhs_number or image.mrn
    other.IssuerOfPatientID = "NHS"
    request.ReferencedPatientSequence = Sequence([other])
    dataset.RequestAttributesSequence = Sequence([request])
    block = dataset.private_block(0x0099, "SYNTHETIC PACS 1.0", create=True)
    block.add_new(0x01, "PN", image.patient)
    block.add_new(0x02, "LO", f"{image.mrn} {image.birth_date:%d/%m/%Y}")
    block.add_new(0x03, "SQ", Sequence([other]))


def _add_pixels(dataset: Any) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows = dataset.Columns = 8
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.PixelData = b"\x80" * 64
    dataset["PixelData"].VR = "OB"


def _path(folder: Path, image: Image) -> Path:
    return folder / image.study_uid / str(image.series_number) / "IM0001.dcm"


def _write_incoming(folder: Path, images: list[Image]) -> int:
    incoming = folder / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    (incoming / "readme.dcm").write_text("This folder is emptied every night.\n", encoding="ascii")
    (incoming / "empty.dcm").write_bytes(b"")
    if not images:
        return WRONG_FILES["not_dicom"]
    # The last, because the first can be the traced person's, whose name must stand on no stranger's image.
    chosen = images[-1]
    content = _path(folder, chosen).read_bytes()
    for number in range(TRUNCATED):
        (incoming / f"transfer{number + 1}.dcm").write_bytes(content[: len(content) * (number + 1) // 4])
    (incoming / "again.dcm").write_bytes(content)
    stranger = replace(chosen, mrn=UNKNOWN_MRN, nhs_number=None, instance_uid=_next(chosen.instance_uid))
    _dataset(stranger).save_as(incoming / "stranger.dcm", enforce_file_format=True)
    return sum(WRONG_FILES.values())


def _next(uid: str) -> str:
    return f"2.25.{int(uid.removeprefix('2.25.')) + 1}"


def _element(vr: str, *values: Any) -> dict[str, Any]:
    return {"vr": vr, "Value": list(values)}


def _study_json(image: Image, instances: int) -> dict[str, Any]:
    return {
        "00080020": _element("DA", image.started_at.strftime("%Y%m%d")),
        "00080030": _element("TM", image.started_at.strftime("%H%M%S")),
        "00080050": _element("SH", image.accession_number),
        "00080061": _element("CS", image.modality),
        "00080090": _element("PN", {"Alphabetic": image.consultant}),
        "00100010": _element("PN", {"Alphabetic": image.patient}),
        "00100020": _element("LO", image.mrn),
        "00100030": _element("DA", image.birth_date.strftime("%Y%m%d")),
        "00100040": _element("CS", {"1": "M", "2": "F"}.get(image.sex_code, "O")),
        "0020000D": _element("UI", image.study_uid),
        "00201206": _element("IS", instances),
        "00201208": _element("IS", instances),
    }


def _series_json(image: Image) -> dict[str, Any]:
    laterality = {"00200060": _element("CS", image.laterality)} if image.laterality else {}
    return {
        "00080060": _element("CS", image.modality),
        "0020000D": _element("UI", image.study_uid),
        "0020000E": _element("UI", image.series_uid),
        "00200011": _element("IS", image.series_number),
        "00201209": _element("IS", 1),
        **laterality,
    }
