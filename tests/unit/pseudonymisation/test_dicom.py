import struct
import warnings
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

from pseudonymisation.dicom import DicomReject, Limits, read_header
from pseudonymisation.dicom_bytes import MAX_DEPTH
from pseudonymisation.policy import load_policy

COLUMNS = {column.name: str(column.keyword) for column in load_policy("dicom").tables["instance"].columns_to_land}
PIXELS = b"\0\1" * 50
BUNDLED = Path(pydicom.__file__).parent / "data"


def bundled() -> list[Path]:
    return sorted(path for path in BUNDLED.rglob("*") if path.is_file())


def downloaded() -> list[Path]:
    data_store = pytest.importorskip("data_store", reason="the package pydicom-data is not installed")
    return sorted(path for path in (Path(data_store.__file__).parent / "data").rglob("*") if path.is_file())


def dataset(**changes: object) -> Dataset:
    made = Dataset()
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    made.SOPInstanceUID = "1.2.3.4"
    made.StudyInstanceUID = "1.2.3"
    made.Modality = "CT"
    made.PatientID = "RJ1"
    for keyword, value in changes.items():
        setattr(made, keyword, value)
    return made


def written(made: Dataset, syntax: str = ExplicitVRLittleEndian, *, pixels: bool = True) -> bytes:
    if pixels:
        made.add_new("PixelData", "OW", PIXELS)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = syntax
    made.file_meta.MediaStorageSOPClassUID = made.get("SOPClassUID", "1.2")
    made.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    stream = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def header(content: bytes, **more: object) -> dict[str, str | None]:
    return read_header(content, columns=COLUMNS, **more)  # type: ignore[arg-type]  # Passed through as it came.


def reason(content: bytes | Path, **more: object) -> str:
    with pytest.raises(DicomReject) as reject:
        read_header(content, columns=COLUMNS, **more)  # type: ignore[arg-type]  # Passed through as it came.
    assert str(reject.value) == reject.value.reason
    assert reject.value.__cause__ is None
    return reject.value.reason


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_a_header_is_the_same_in_every_encoding(syntax: str) -> None:
    made = dataset(
        Rows=512, KVP="120.0", StudyDate="20240301", FrameOfReferenceUID="1.9", AccessionNumber="A1", PatientName="X^Y"
    )
    made.is_little_endian = syntax != ExplicitVRBigEndian
    found = header(written(made, syntax))
    assert {name: value for name, value in found.items() if value is not None} == {
        "patient_id": "RJ1",
        "study_instance_uid": "1.2.3",
        "sop_instance_uid": "1.2.3.4",
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
        "frame_of_reference_uid": "1.9",
        "accession_number": "A1",
        "modality": "CT",
        "study_date": "20240301",
        "rows": "512",
        "kvp": "120.0",
    }
    assert list(found) == list(COLUMNS)


def test_an_empty_attribute_is_null_and_several_values_are_joined() -> None:
    columns = {
        "uid": "SOPInstanceUID",
        "names": "OtherPatientNames",
        "type": "ImageType",
        "id": "PatientID",
        "n": "Rows",
    }
    made = dataset(OtherPatientNames=["A^B", "C^D"], ImageType=["ORIGINAL", "PRIMARY"], PatientID="  ")
    found = read_header(written(made), columns=columns)
    assert found == {"uid": "1.2.3.4", "names": r"A^B\C^D", "type": r"ORIGINAL\PRIMARY", "id": None, "n": None}


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Fénn^Zoë"),
        ("ISO_IR 192", "李^小燕"),
        ("GB18030", "陈^明"),
        ("ISO_IR 144", "Жюл^Щюшь"),
        (["", "ISO 2022 IR 87"], "Suzu^Mei=鈴^芽"),
        ("ISO_IR 13", "ｽｽﾞ^ﾒｲ"),
    ],
)
def test_names_in_the_characters_of_the_file_are_read(charset: str | list[str], name: str) -> None:
    made = dataset(SpecificCharacterSet=charset, PatientName=name)
    assert read_header(written(made), columns={"name": "PatientName"}) == {"name": name}


def test_bytes_that_are_not_of_the_stated_characters_do_not_stop_a_file() -> None:
    content = written(dataset(SpecificCharacterSet="ISO_IR 192", PatientID="ABCD")).replace(b"ABCD", b"\xff\xfe\xfdD")
    assert header(content)["patient_id"] is not None
    unknown = written(dataset(SpecificCharacterSet="ISO_IR 192", PatientID="ABCD")).replace(
        b"ISO_IR 192", b"ISO_IR 999"
    )
    assert header(unknown)["patient_id"] == "ABCD"


def test_nothing_nested_or_private_and_no_file_meta_comes_into_a_column() -> None:
    inner = Dataset()
    inner.PatientID = "NESTED"
    inner.Modality = "NESTED"
    made = dataset(RequestAttributesSequence=Sequence([inner]), PatientID=None)
    made.private_block(0x0011, "TRUST", create=True).add_new(1, "LO", "PRIVATE")
    made["RequestAttributesSequence"].is_undefined_length = True
    found = header(written(made))
    assert found["patient_id"] is None
    assert found["modality"] == "CT"
    assert not {"NESTED", "PRIVATE"} & set(found.values())


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("is_undefined", [True, False])
def test_attributes_after_a_sequence_are_read(syntax: str, is_undefined: bool) -> None:
    inner = Dataset()
    inner.PatientID = "NESTED"
    inner.ReferencedStudySequence = Sequence([dataset()])
    inner["ReferencedStudySequence"].is_undefined_length = is_undefined
    inner.is_undefined_length_sequence_item = is_undefined
    made = dataset(ReferencedStudySequence=Sequence([inner, inner]), Rows=4)
    made["ReferencedStudySequence"].is_undefined_length = is_undefined
    assert header(written(made, syntax))["rows"] == "4"
    assert header(written(made, syntax))["patient_id"] == "RJ1"


def test_encapsulated_pixels_are_followed_to_their_end_without_being_read() -> None:
    made = dataset()
    made.add_new("PixelData", "OB", pydicom.encaps.encapsulate([b"\xff\xd8" + b"x" * 200 + b"\xff\xd9"]))
    made["PixelData"].is_undefined_length = True
    content = written(made, JPEGBaseline8Bit, pixels=False)
    assert header(content)["sop_instance_uid"] == "1.2.3.4"
    assert {reason(content[:length]) for length in range(len(content) - 200, len(content), 7)} == {"truncated"}


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_file_that_ends_anywhere_but_between_two_elements_is_refused(syntax: str) -> None:
    made = dataset(RequestAttributesSequence=Sequence([dataset()]))
    content = written(made, syntax)
    assert header(content)["sop_instance_uid"] == "1.2.3.4"
    # Nobody can tell that an element is missing from a file that ends where one ends.
    whole = {len(written(made[: element.tag + 1], syntax, pixels=False)) for element in made}
    for length in set(range(len(content))) - whole:
        assert reason(content[:length]) in {"not_dicom", "truncated", "no_dataset", "missing_sop_instance_uid"}
    in_the_pixels = range(len(content) - len(PIXELS), len(content))
    assert {reason(content[:length]) for length in in_the_pixels} == {"truncated"}


def test_a_file_without_pixels_is_followed_to_its_exact_end() -> None:
    content = written(dataset(), pixels=False)
    assert header(content)["modality"] == "CT"
    assert reason(content[:-1]) == "truncated"
    assert reason(content + b"\x10\x00\x10") == "truncated"


@pytest.mark.parametrize("content", [b"", b"DICM", b"\0" * 128 + b"DICN" + b"\0" * 99, b"<html>" * 99, b"PK\3\4" * 99])
def test_what_is_not_dicom_is_said_to_be_so(content: bytes) -> None:
    assert reason(content) == "not_dicom"


def test_a_file_with_meta_information_only_has_no_dataset() -> None:
    assert reason(b"\0" * 128 + b"DICM") == "no_dataset"


def test_a_file_that_names_no_instance_is_refused() -> None:
    made = dataset()
    del made.SOPInstanceUID
    assert reason(written(made)) == "missing_sop_instance_uid"


def test_what_else_must_be_there_can_be_asked_for() -> None:
    content = written(dataset())
    assert reason(content, required=["SOPInstanceUID", "SeriesInstanceUID"]) == "missing_series_instance_uid"
    assert reason(content, required=["KVP"]) == "missing_kvp"


def deflated(data: bytes) -> bytes:
    stream = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def meta(syntax: str) -> bytes:
    content = written(dataset(), DeflatedExplicitVRLittleEndian, pixels=False)
    length = struct.unpack("<L", content[140:144])[0]
    return content[: 144 + length]


def test_a_deflated_file_that_grows_beyond_the_limit_is_refused_before_it_does() -> None:
    bomb = meta(DeflatedExplicitVRLittleEndian) + deflated(b"\x08\x00\x05\x00CS\x00\x00" * 2_000_000)
    assert len(bomb) < 200_000
    assert reason(bomb, limits=Limits(inflated_bytes=1_000_000)) == "deflated_too_large"


def test_a_deflated_file_that_ends_early_or_is_not_deflated_is_refused() -> None:
    content = written(dataset(), DeflatedExplicitVRLittleEndian)
    assert header(content)["modality"] == "CT"
    assert reason(content[:-9]) == "truncated"
    assert reason(meta(DeflatedExplicitVRLittleEndian) + b"\xff" * 50) == "unreadable"


def nested(depth: int) -> bytes:
    opened = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    closed = struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    whole = written(dataset(), pixels=False)
    return whole + opened * depth + closed * depth


def test_nesting_is_followed_as_deep_as_the_limit_and_refused_beyond_it() -> None:
    assert header(nested(10))["modality"] == "CT"
    assert reason(nested(MAX_DEPTH)) == "nested_too_deep"
    assert reason(nested(5_000)) == "nested_too_deep"
    assert reason(nested(3)[:-8]) == "truncated"


def test_a_sequence_whose_last_item_is_not_closed_is_followed() -> None:
    content = nested(1)
    assert header(content[:-16] + content[-8:])["modality"] == "CT"


def test_content_that_is_no_sequence_where_one_must_be_is_unreadable() -> None:
    content = nested(1)
    assert reason(content[:-24] + b"\x01" * 8 + content[-16:]) == "unreadable"


def test_too_many_elements_too_long_a_value_and_too_large_a_file_are_refused() -> None:
    content = written(dataset())
    assert reason(content, limits=Limits(elements=3)) == "too_large"
    assert reason(content, limits=Limits(file_bytes=100)) == "too_large"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert reason(written(dataset(PatientID="x" * 500)), limits=Limits(value_bytes=400)) == "too_large"


def test_a_path_that_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    assert reason(tmp_path) == "unreadable"
    assert reason(tmp_path / "nothing") == "unreadable"


def test_no_warning_of_pydicom_comes_out() -> None:
    content = written(dataset(StudyDate="20240301")).replace(b"20240301", b"not-date")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert header(content)["study_date"] == "not-date"


def outcomes(paths: list[Path]) -> tuple[int, Counter[str]]:
    kept, rejected = 0, Counter[str]()
    for path in paths:
        try:
            read_header(path, columns=COLUMNS)
            kept += 1
        except DicomReject as reject:
            rejected[reject.reason] += 1
    return kept, rejected


def test_every_file_that_pydicom_bundles_is_kept_or_refused_with_a_reason() -> None:
    kept, rejected = outcomes(bundled())
    assert kept + rejected.total() == len(bundled())
    assert (kept, rejected) == (170, {"not_dicom": 21, "missing_sop_instance_uid": 16, "truncated": 2})


def test_every_file_of_pydicom_data_is_kept_or_refused_with_a_reason() -> None:
    assert outcomes(downloaded()) == (66, {"not_dicom": 1, "truncated": 1})


def test_what_is_read_of_real_files_is_what_pydicom_reads_of_them() -> None:
    compared = 0
    for path in [*bundled(), *downloaded()]:
        try:
            found = read_header(path, columns=COLUMNS)
        except DicomReject:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = pydicom.dcmread(path, stop_before_pixels=True)
            for name, keyword in COLUMNS.items():
                value = whole.get(keyword)
                expected = (
                    None if value in (None, "") else "\\".join(map(str, value if isinstance(value, list) else [value]))
                )
                assert found[name] == (expected or None), (path.name, keyword)
                compared += 1
    assert compared == 236 * len(COLUMNS)


@pytest.mark.parametrize("name", ["CT_small.dcm", "JPEG2000.dcm", "nested_priv_SQ.dcm", "rtplan.dcm", "image_dfl.dcm"])
def test_a_damaged_real_file_is_read_or_refused_and_never_anything_else(name: str) -> None:
    path = next(found for found in bundled() if found.name == name)
    content = bytearray(path.read_bytes()[:6_000])
    for place in range(128, len(content), 29):
        damaged = content.copy()
        damaged[place] ^= 0xFF
        try:
            header(bytes(damaged))
        except DicomReject as reject:
            assert reject.reason  # noqa: PT017  # Either outcome is right.
