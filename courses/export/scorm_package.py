"""A course as a package in SCORM 1.2 (ADL, SCORM Content Aggregation Model 1.2): one item, one resource, one page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable

MANIFEST = "imsmanifest.xml"
PAGE = "index.html"
CP = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ADL = "http://www.adlnet.org/xsd/adlcp_rootv1p2"


def manifest(slug: str, number: int, title: str, pass_percent: int, files: Iterable[str]) -> bytes:
    """Return the manifest of a package whose page is `index.html`, with the other files it holds; `pass_percent` 0: no mastery score."""
    ET.register_namespace("", CP)
    ET.register_namespace("adlcp", ADL)
    name = f"tomomanabi-{slug}-{number}"
    root = ET.Element(f"{{{CP}}}manifest", identifier=name, version="1.0")
    metadata = ET.SubElement(root, f"{{{CP}}}metadata")
    ET.SubElement(metadata, f"{{{CP}}}schema").text = "ADL SCORM"
    ET.SubElement(metadata, f"{{{CP}}}schemaversion").text = "1.2"
    organizations = ET.SubElement(root, f"{{{CP}}}organizations", default="course")
    organization = ET.SubElement(organizations, f"{{{CP}}}organization", identifier="course")
    ET.SubElement(organization, f"{{{CP}}}title").text = title
    item = ET.SubElement(organization, f"{{{CP}}}item", identifier="whole", identifierref="page")
    ET.SubElement(item, f"{{{CP}}}title").text = title
    if pass_percent:
        ET.SubElement(item, f"{{{ADL}}}masteryscore").text = str(pass_percent)
    resources = ET.SubElement(root, f"{{{CP}}}resources")
    kind = {"identifier": "page", "type": "webcontent", "href": PAGE, f"{{{ADL}}}scormtype": "sco"}
    resource = ET.SubElement(resources, f"{{{CP}}}resource", kind)
    for address in (PAGE, *sorted(files)):
        ET.SubElement(resource, f"{{{CP}}}file", href=address)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
