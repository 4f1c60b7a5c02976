"""What a Word file's styles say about text: bold, alignment, numbering, old fonts; with their inheritance."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from caicach.reading import oldfonts
from caicach.reading.oldfonts import Encoding
from caicach.reading.wordxml import W, parse
from caicach.rules.refusal import Refusal

VAL = W + "val"


@dataclass(frozen=True, slots=True)
class Style:
    """A style with everything it inherits. numbered: (numId, level) where its paragraphs are a list."""

    bold: bool = False
    jc: str | None = None
    numbered: tuple[str | None, int] | None = None
    encoding: Encoding | None = None
    capitals: bool = False

    def alignment(self, ppr: etree._Element | None) -> str | None:
        own = ppr.find(W + "jc") if ppr is not None else None
        return own.get(VAL) if own is not None else self.jc


class Styles:
    def __init__(self, elements: dict[str, etree._Element], default: Style, default_id: str | None) -> None:
        self._elements = elements
        self._default = default
        self._default_id = default_id
        self._known: dict[str, Style] = {}
        self.old_fonts = default.encoding is not None or any(
            self.by_id(style_id).encoding is not None for style_id in elements
        )

    def by_id(self, style_id: str | None) -> Style:
        return self._resolved(style_id, 0)

    def of(self, ppr: etree._Element | None) -> Style:
        """The paragraph style of these paragraph properties, the default one where none is named."""
        named = ppr.find(W + "pStyle") if ppr is not None else None
        return self._resolved(named.get(VAL) if named is not None else self._default_id, 0)

    def _resolved(self, style_id: str | None, depth: int) -> Style:
        if style_id is None or style_id not in self._elements or depth > 20:
            return self._default
        if style_id not in self._known:
            element = self._elements[style_id]
            based_on = element.find(W + "basedOn")
            base = self._resolved(based_on.get(VAL), depth + 1) if based_on is not None else self._default
            self._known[style_id] = _with_own(base, element)
        return self._known[style_id]


def _with_own(base: Style, element: etree._Element) -> Style:
    style = base
    rpr, ppr = element.find(W + "rPr"), element.find(W + "pPr")
    if rpr is not None:
        bold, fonts = rpr.find(W + "b"), rpr.find(W + "rFonts")
        if bold is not None:
            style = replace(style, bold=switched_on(bold))
        font = (fonts.get(W + "ascii") or fonts.get(W + "hAnsi")) if fonts is not None else None
        if font:
            style = replace(
                style, encoding=oldfonts.encoding_of_font(font), capitals=oldfonts.is_capitals_font(font)
            )
    if ppr is not None:
        jc, numbered = ppr.find(W + "jc"), ppr.find(W + "numPr")
        if jc is not None:
            style = replace(style, jc=jc.get(VAL))
        if numbered is not None:
            num, level = numbered.find(W + "numId"), numbered.find(W + "ilvl")
            at = level.get(VAL, "0") if level is not None else "0"
            num_id = num.get(VAL) if num is not None else (style.numbered[0] if style.numbered else None)
            style = replace(style, numbered=(num_id, int(at) if at.isdigit() else 0))
    return style


def switched_on(element: etree._Element | None) -> bool:
    """Whether a toggle ("<w:b/>", "<w:b w:val='0'/>") is there and on."""
    return element is not None and element.get(VAL) not in ("0", "false", "off", "none")


def read_styles(xml: bytes | None) -> Styles:
    """The styles of styles.xml; a missing or broken one only loses looks, not text."""
    if xml is None:
        return Styles({}, Style(), None)
    try:
        root = parse(xml)
    except Refusal as refusal:
        if refusal.code == "file.entities":
            raise
        return Styles({}, Style(), None)
    elements: dict[str, etree._Element] = {}
    default_id = None
    for element in root.iter(W + "style"):
        style_id = element.get(W + "styleId")
        if style_id:
            elements[style_id] = element
            if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
                default_id = style_id
    default = Style()
    defaults = root.find(f"{W}docDefaults/{W}rPrDefault")
    if defaults is not None:
        default = _with_own(default, defaults)
    return Styles(elements, default, default_id)
