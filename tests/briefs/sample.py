"""A brief made by hand: an invented city, ordinary sentences, and text that tries to break the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from castello.briefs.brief import (
    Bar,
    Brief,
    Event,
    Intervals,
    Line,
    Map,
    MapPlace,
    MapRoad,
    Section,
    Signed,
    Source,
    Spell,
)

SCRIPT = "<script>alert(1)</script>"
TURNED = "report\u202egpj.exe"
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
ARABIC = "قطعت القوات الطريق يوم الأحد"
ESCAPE = "\x1b[31mred\x1b[0m \x07"
HOSTILE = (
    SCRIPT,
    TURNED,
    LONG,
    ARABIC,
    ESCAPE,
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "[bold]x[/bold]",
)


def line(n: int, text: str, **values: object) -> Line:
    """A line with evidence 1 unless told otherwise."""
    return Line(**({"id": f"f1-{n:04d}", "text": text, "label": "fact", "evidence": (1,)} | values))  # type: ignore[arg-type]


def source(n: int, **values: object) -> Source:
    """A piece of evidence with every field filled."""
    given = {
        "number": n,
        "claim": f"c1-{n:032d}",
        "says": "The Orchard Road is closed for the opposition, traffic for supply",
        "chain": "Harbour Monitor (compiler) → Coast Wire (reporter) → The Daily Lantern (publisher)",
        "publisher": "The Daily Lantern",
        "title": "Troops reach the Orchard Road",
        "published": date(2031, 7, 17),
        "published_basis": "inferred" if n % 2 else "stated",
        "said": "2031-07-16",
        "urls": (f"https://lantern.example/2031/07/{n}",),
        "quote": "nobody has come through since dawn" if n % 3 else None,
        "grade": "B2" if n % 2 else None,
        "confidence": "medium",
        "verification": "unverified" if n % 4 == 0 else "verified",
    }
    return Source(**(given | values))  # type: ignore[arg-type]


def place(id_: str, lat: float, lon: float, **values: object) -> MapPlace:
    """A place held by nobody on record unless told otherwise."""
    given = {"id": id_, "name": id_.replace("-", " ").title(), "lat": lat, "lon": lon, "kind": "neighbourhood"}
    return MapPlace(**(given | values))  # type: ignore[arg-type]


def city_map() -> Map:
    """A city of twelve quarters, five towns around it, one place far away; roads in every state."""
    north = {"control": "river-council", "control_name": "River Council"}
    south = {"control": "coast-government", "control_name": "Coast Government"}
    places = [
        place("lantern-city", 41.200, 22.150, kind="city"),
        place("east-lantern", 41.215, 22.190, kind="part", **north),
        place("west-lantern", 41.203, 22.120, kind="part", **south),
        place("old-market", 41.200, 22.165, control="contested", control_name="contested"),
        place("tannery", 41.216, 22.191, **north),
        place("glass-works", 41.224, 22.186, **north),
        place("north-gate", 41.236, 22.172, control="hill-union", control_name="Hill Union"),
        place("saint-orban", 41.236, 22.168),
        place("mill-lane", 41.190, 22.130, **south),
        place("stone-bridge", 41.191, 22.143, **south),
        place("orchard", 41.250, 22.140, control="contested", control_name="contested"),
        place("brick-field", 41.176, 22.142, **north),
        place("south-yard", 41.156, 22.129, **south),
        place("upper-well", 41.375, 21.996, kind="town", **south),
        place("salt-spring", 41.118, 22.051, kind="village", **south),
        place("ferry", 41.385, 22.343, kind="town", **north),
        place("crossing-town", 41.532, 22.084, kind="town", **north),
        place("dry-lake", 41.083, 22.369, kind="town"),
        place("far-harbour", 38.331, 24.146, kind="city", **south),
    ]
    roads = [
        MapRoad(id="orchard-road", name="Orchard Road", state="closed", side="river-council",
                line=((41.262, 22.190), (41.250, 22.140), (41.243, 22.107))),
        MapRoad(id="orchard-road", name="Orchard Road", state="open", side="coast-government",
                line=((41.262, 22.190), (41.250, 22.140), (41.243, 22.107))),
        MapRoad(id="yard-road", name="Yard Road", state="fire_controlled", side="coast-government",
                line=((41.190, 22.120), (41.156, 22.129), (41.083, 22.369))),
        MapRoad(id="spring-road", name="Spring Road", state="undecided", side="river-council",
                line=((41.170, 22.140), (41.150, 22.110), (41.118, 22.051))),
        MapRoad(id="north-road", name="North Road", state="unknown", side="river-council",
                line=((41.243, 22.107), (41.375, 22.030), (41.532, 22.084))),
    ]  # fmt: skip
    return Map(places=tuple(places), roads=tuple(roads))


def sample() -> Brief:
    """A full brief; hostile text stands in every kind of field."""
    people = Intervals(
        title="People in East Lantern, each source's own figure",
        unit="people",
        bars=(
            Bar(label="UN office (2031-05-27)", low=250_000, high=275_000, evidence=(2,)),
            Bar(
                label="City council (2031-07-01)", low=326_000, high=326_000, note="counted by district", evidence=(3,)
            ),
            Bar(label="Harbour Monitor (2031-07-10)", low=200_000, high=None, evidence=(4, 5)),
            Bar(label=f"{LONG} {SCRIPT}", low=40_000, high=60_000, note=TURNED, evidence=(6,)),
        ),
    )
    reach = line(1, "East Lantern is cut off on the ground since 17 July 2031: no usable road to a supply source of the River Council.",
                 label="inference", evidence=(1, 2, 3), against=(4,), unknown=("tracks on foot",))  # fmt: skip
    fire = line(
        2, "East Lantern is cut off by fire since 7 July 2031.", label="inference", evidence=(5,), flags=("assumption",)
    )
    hostile = tuple(line(100 + n, text, evidence=(6,)) for n, text in enumerate(HOSTILE))
    road = line(3, "Orchard Road is closed for River Council supply traffic since 17 July 2031.", flags=("unverified",))
    count = line(4, "East Lantern: 250,000 to 326,000 people living there; 3 origins give figures that cannot all be true.",
                 evidence=(2, 3, 4), flags=("contested",), unknown=("who left in June",))  # fmt: skip
    return Brief(
        case="lantern-2031",
        case_name="Lantern, May to July 2031",
        as_of=date(2031, 7, 17),
        known_by=date(2031, 7, 20),
        clock="published",
        branch=None,
        mode="historical",
        profile="public",
        area="Lantern City",
        sections=(
            Section(key="cut_off", title="Who is cut off", lines=(reach, fire)),
            Section(key="roads", title="Roads", lines=(road,)),
            Section(key="people", title="People", lines=(count,), chart=people),
            Section(key="markets", title="Markets", lines=()),
            Section(key="statements", title=f"Statements {SCRIPT}", lines=hostile),
        ),
        changes=(
            replace(
                reach, id="f1-0001-change", flags=("before: East Lantern is connected on the ground since 1 May 2031.",)
            ),
            replace(road, id="f1-0003-change", flags=("new",)),
        ),
        contested=(count,),
        unknown=("no claim speaks of: North Road, tracks", f"what {SCRIPT} saw", "who left in June (2 findings)"),
        evidence=(
            *(source(n) for n in range(1, 6)),
            source(
                6,
                publisher=f"Press {TURNED} {SCRIPT}",
                title=f"{ARABIC} {LONG}",
                quote=ARABIC,
                language='ar" onload="x',
                chain=f"{SCRIPT} → {ESCAPE}",
                says="[x](javascript:alert(1)) *stars* `code`",
                urls=(
                    "javascript:alert(1)",
                    "https://a@b.example/",
                    'https://x.example/"onclick=1',
                    f"https://x.example/{TURNED}",
                    "https://lantern.example/long/" + "a" * 180,
                    "data:text/html,<b>x",
                ),
            ),
            source(7, language="ar", quote=ARABIC, urls=(), said=None, hypothetical=True, title=""),
        ),
        assessments=(
            Signed(
                author="A. Analyst",
                signed=date(2031, 7, 19),
                text="The garrison can hold for weeks, not months.",
                confidence="moderate",
                because="bread was sold on ration cards already in June",
                evidence=(7,),
            ),
        ),
        withheld=(("access: sensitivity high", 2), ("presence: no publication area for the place", 1)),
        timeline=(
            Spell(
                row="East Lantern", reading="by_fire", status="connected", start=date(2031, 5, 1), end=date(2031, 7, 6)
            ),
            Spell(row="East Lantern", reading="by_fire", status="cut", start=date(2031, 7, 7), end=date(2031, 7, 17)),
            Spell(
                row="East Lantern",
                reading="on_ground",
                status="connected",
                start=date(2031, 5, 1),
                end=date(2031, 7, 9),
            ),
            Spell(
                row="East Lantern",
                reading="on_ground",
                status="undecided",
                start=date(2031, 7, 10),
                end=date(2031, 7, 16),
            ),
            Spell(
                row="East Lantern", reading="on_ground", status="cut", start=date(2031, 7, 17), end=date(2031, 7, 17)
            ),
            Spell(
                row="West Lantern",
                reading="on_ground",
                status="connected",
                start=date(2031, 5, 1),
                end=date(2031, 7, 17),
            ),
        ),
        events=(
            Event(day=date(2031, 7, 7), text="Guns within range of the Orchard Road", evidence=(5,)),
            Event(day=date(2031, 7, 9), text="An attempt to reopen it fails", evidence=(4,)),
            Event(day=date(2031, 7, 17), text=f"The road is reached {SCRIPT}", evidence=(1, 6)),
        ),
        map=city_map(),
        facts=(("licence", "CC BY 4.0"),),
    )


def bare() -> Brief:
    """A brief with nothing in it."""
    return replace(
        sample(), sections=(), changes=(), contested=(), unknown=(), evidence=(), assessments=(), withheld=(), timeline=(),
        events=(), map=None, known_by=None, facts=(), area="",
    )  # fmt: skip
