"""Small registers, and a document, that the tests of readers share."""

from datetime import date

from castello.claims import Document
from castello.parties import Party, PartyRegister
from castello.places import Place, PlaceRegister, Road

PLACES = PlaceRegister(
    [
        Place(id="country", kind="country", name_en="Examplia"),
        Place(
            id="city", kind="city", name_en="Aleppo", name_ar="حلب", parent="country", lat=36.20, lon=37.15, radius_km=8
        ),
        Place(
            id="east",
            kind="part",
            name_en="Eastern Aleppo",
            parent="city",
            pcode="C1",
            lat=36.21,
            lon=37.18,
            radius_km=4,
        ),
        Place(id="west", kind="part", name_en="Western Aleppo", parent="city", pcode="C1", lat=36.20, lon=37.10),
        Place(id="hanano", kind="neighbourhood", name_en="Hanano", parent="east", pcode="N17", lat=36.23, lon=37.20),
        Place(id="hanano-far", kind="village", name_en="Hanano", parent="country", lat=35.0, lon=38.0),
        Place(
            id="shaar",
            kind="neighbourhood",
            name_en="al-Shaar",
            name_ar="الشعار",
            parent="east",
            lat=36.205,
            lon=37.185,
        ),
    ],
    [Road(id="north-road", cls="road", name_en="Northern road", start="east", end="west")],
)
PARTIES = PartyRegister(
    [
        Party(id="government", kind="side", name_en="Government", side="government"),
        Party(
            id="opposition",
            kind="side",
            name_en="Opposition",
            name_ar="المعارضة",
            side="opposition",
            aliases=("rebels",),
        ),
        Party(id="army", kind="state", name_en="Army of Examplia", side="government"),
        Party(id="brigade-north", kind="armed_group", name_en="Northern Brigade", aliases=("the Brigade",)),
        Party(id="brigade-south", kind="armed_group", name_en="Southern Brigade", aliases=("the Brigade",)),
    ]
)
DOCUMENT = Document(id="map-2016", title="A map", publisher="mappers", published=date(2016, 12, 31))


def codes(issues):
    """Row, column, code and severity of each issue."""
    return [(issue.row, issue.column, issue.code, issue.severity) for issue in issues]
