"""Names of WordprocessingML and a parser that fetches, expands and believes nothing."""

from __future__ import annotations

from lxml import etree

from caicach.reading.limits import check_entities
from caicach.rules.refusal import Refusal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def parse(xml: bytes) -> etree._Element:
    """The root element of an XML part; the strict dialect is read as the usual one.

    Raises Refusal file.entities, file.broken.
    """
    check_entities(xml)
    if _STRICT in xml[:4096]:
        xml = xml.replace(_STRICT, _TRANSITIONAL)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refusal("file.broken") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal("file.entities")
    return root
