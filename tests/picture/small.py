"""Small ledgers made in memory of claims, for tests of the picture and of analyses: no case files are read."""

from datetime import UTC, date, datetime

from castello.cases import Registers, Settings, Speaker
from castello.cases.settings import Enclave
from castello.claims import Claim, Kind, Link, Modality, Period, Role
from castello.ledger import Book
from castello.parties import PartyRegister
from castello.parties.register import Party
from castello.picture import Picture
from castello.places import Place, PlaceRegister, Road

NOW = datetime(2026, 1, 1, tzinfo=UTC)

PLACES = (
    Place(id="east", kind="part", name_en="Eastern Aleppo"),
    Place(id="north", kind="road_node", name_en="Northern junction"),
    Place(id="border", kind="area", name_en="Border", supplies=("opposition",)),
)
ROADS = (
    Road(id="castello", cls="road", name_en="Castello Road", start="east", end="north"),
    Road(id="trunk", cls="road", name_en="Road to the border", start="north", end="border"),
)
PARTIES = (
    Party(id="opposition", kind="side", name_en="Opposition", side="opposition"),
    Party(id="government", kind="side", name_en="Government", side="government"),
    Party(id="nusra", kind="armed_group", name_en="Jabhat al-Nusra"),
    Party(id="zenki", kind="armed_group", name_en="Nur al-Din al-Zenki", side="opposition"),
    Party(id="shamiya", kind="armed_group", name_en="Jabha Shamiya", side="opposition"),
    Party(id="army", kind="state", name_en="Syrian army", side="government"),
    Party(id="un", kind="agency", name_en="United Nations"),
)
SPEAKERS = (
    Speaker(id="sohr", name_en="SOHR", kind="monitor"),
    Speaker(id="afp", name_en="AFP", kind="media"),
    Speaker(id="un-envoy", name_en="UN envoy", kind="official", party="un"),
    Speaker(id="analyst", name_en="Analyst", kind="analyst"),
    Speaker(id="army-staff", name_en="Army staff", kind="party", party="army"),
    Speaker(id="zenki-office", name_en="Zenki office", kind="party", party="zenki"),
    Speaker(id="shamiya-office", name_en="Shamiya office", kind="party", party="shamiya"),
    Speaker(id="nusra-office", name_en="Nusra office", kind="party", party="nusra"),
)


ENCLAVE_OF_NOBODY = (Enclave(id="border", side="opposition", start=date(2030, 1, 1)),)
"""A case that asks about the opposition's roads and names no enclave of these years."""


def registers(folder, *, places=PLACES, roads=ROADS, parties=PARTIES, speakers=SPEAKERS, enclaves=None):
    settings = Settings(
        id="small",
        name_en="Small case",
        start=date(2016, 5, 5),
        end=date(2016, 12, 22),
        time_zone="Asia/Damascus",
        enclaves=(Enclave(id="east", side="opposition"),) if enclaves is None else enclaves,
    )
    return Registers(
        folder=folder,
        settings=settings,
        places=PlaceRegister(places, roads),
        parties=PartyRegister(parties),
        speakers={speaker.id: speaker for speaker in speakers},
        agreements={},
    )


def picture(folder, claims, *, as_of, judgements=(), known_by=None, **options):
    """The picture of claims and judgements, in a ledger of their own under the folder."""
    book = Book(folder, device="d-small")
    rows = [{"type": "claim", "id": claim.id, "body": claim.to_json()} for claim in claims]
    rows += [{"type": "judgement", "id": item.id, "body": item.to_json()} for item in judgements]
    if rows:
        book.write(rows, verb="test", source={}, now=NOW)
    return Picture(book=book, registers=registers(folder, **options), as_of=as_of, known_by=known_by)


def claim(kind, subject, predicate, object=None, *, happened, who="sohr", published=None, **slots):
    """A claim by one source, published on the day on which it began unless another is given."""
    also = tuple(sorted(slots.pop("also", {}).items()))
    if not isinstance(happened, Period):
        happened = Period.since(happened)
    chain = slots.pop("chain", (Link(who=who, role=Role.SPEAKER),))
    return Claim(
        kind=Kind(kind),
        subject=subject,
        predicate=predicate,
        object=object,
        happened=happened,
        published=published or happened.latest_onset,
        document=slots.pop("document", f"report-of-{who}"),
        chain=chain,
        also=also,
        modality=slots.pop("modality", Modality.ASSERTED),
        **slots,
    )


def road(id, state, day, *, side="opposition", who="sohr", **slots):
    """A claim on the state of a road for the supply of a side, from a day on or over a period."""
    return claim("access", id, state, side, happened=day, who=who, **slots)
