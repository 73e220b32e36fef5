"""The synthetic London trust: people who never lived, in the shapes a real trust keeps its data.

One model of people and events is made in chunks with NumPy; every shape (OMOP, FHIR, CSV, notes, DICOM,
opt-out files) is written from that one model, so all of them tell the same story.
"""
