"""What is fixed about the trust and its city: organisations, districts, ethnic categories, specialties.

Organisation codes are of real NHS trusts and hospitals (ODS); everything that happens there is invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trust:
    """One NHS trust: its ODS code, the letter of its hospital numbers, and its sites by ODS site code."""

    code: str
    name: str
    letter: str
    sites: tuple[tuple[str, str], ...]
    districts: str


TRUSTS = (
    Trust(
        "RJ1",
        "Guy's and St Thomas' NHS Foundation Trust",
        "G",
        (("RJ121", "St Thomas' Hospital"), ("RJ122", "Guy's Hospital")),
        "SE1 SE8 SE11 SE16 SE17 SW2 SW4 SW8 SW9",
    ),
    Trust(
        "RJZ",
        "King's College Hospital NHS Foundation Trust",
        "K",
        (("RJZ01", "King's College Hospital"), ("RJZ30", "Princess Royal University Hospital")),
        "SE5 SE15 SE21 SE22 SE23 SE24 SE26 SE27 BR1 BR2 BR3 BR5",
    ),
    Trust(
        "RRV",
        "University College London Hospitals NHS Foundation Trust",
        "U",
        (("RRV03", "University College Hospital"), ("RRV30", "The National Hospital for Neurology")),
        "N1 N7 N19 NW1 NW5 WC1N WC2H EC1V",
    ),
    Trust(
        "R1H",
        "Barts Health NHS Trust",
        "B",
        (("R1H12", "The Royal London Hospital"), ("R1HKH", "Whipps Cross University Hospital")),
        "E1 E2 E3 E6 E7 E8 E9 E10 E11 E13 E14 E15 E16 E17",
    ),
    Trust(
        "RYJ",
        "Imperial College Healthcare NHS Trust",
        "C",
        (("RYJ01", "St Mary's Hospital"), ("RYJ02", "Charing Cross Hospital")),
        "W2 W6 W9 W10 W11 W12 NW10 HA9 UB1",
    ),
    Trust(
        "RAL",
        "Royal Free London NHS Foundation Trust",
        "F",
        (("RAL01", "The Royal Free Hospital"), ("RAL26", "Barnet Hospital")),
        "NW2 NW3 NW4 NW6 NW7 NW11 N2 N3 N12 EN4 EN5",
    ),
    Trust(
        "RQM",
        "Chelsea and Westminster Hospital NHS Foundation Trust",
        "W",
        (("RQM01", "Chelsea and Westminster Hospital"), ("RQM91", "West Middlesex University Hospital")),
        "SW3 SW5 SW6 SW10 TW3 TW4 TW7 TW8 W4",
    ),
)

# Share of people living in IMD decile 1 (most deprived) to 10, roughly as in inner London.
IMD_SHARE = (0.08, 0.15, 0.16, 0.14, 0.12, 0.10, 0.09, 0.07, 0.06, 0.03)

# NHS Data Dictionary ETHNIC CATEGORY with London-like shares; None is "never asked", Z is "refused".
ETHNIC_SHARE: dict[str | None, float] = {
    "A": 0.325,
    "B": 0.018,
    "C": 0.130,
    "D": 0.013,
    "E": 0.008,
    "F": 0.012,
    "G": 0.016,
    "H": 0.065,
    "J": 0.028,
    "K": 0.034,
    "L": 0.040,
    "M": 0.036,
    "N": 0.070,
    "P": 0.015,
    "R": 0.015,
    "S": 0.045,
    "Z": 0.060,
    "99": 0.035,
    None: 0.035,
}

# Which lists of names people of an ethnic category draw from, with weights.
NAME_ORIGINS: dict[str | None, tuple[tuple[str, float], ...]] = {
    "A": (("british", 1.0),),
    "B": (("irish", 0.9), ("british", 0.1)),
    "C": (("eastern_european", 0.5), ("southern_european", 0.3), ("turkish", 0.2)),
    "D": (("caribbean", 0.6), ("british", 0.4)),
    "E": (("west_african", 0.5), ("british", 0.5)),
    "F": (("british", 0.5), ("south_asian", 0.5)),
    "G": (("british", 0.4), ("middle_eastern", 0.3), ("southern_european", 0.3)),
    "H": (("south_asian", 1.0),),
    "J": (("south_asian_muslim", 1.0),),
    "K": (("south_asian_muslim", 1.0),),
    "L": (("south_asian", 0.6), ("east_asian", 0.4)),
    "M": (("caribbean", 1.0),),
    "N": (("west_african", 0.65), ("somali", 0.35)),
    "P": (("caribbean", 0.5), ("west_african", 0.5)),
    "R": (("east_asian", 1.0),),
    "S": (("middle_eastern", 0.6), ("turkish", 0.2), ("southern_european", 0.2)),
    "Z": (("british", 0.5), ("eastern_european", 0.2), ("south_asian", 0.3)),
    "99": (("british", 0.4), ("west_african", 0.3), ("middle_eastern", 0.3)),
    None: (("british", 0.4), ("eastern_european", 0.3), ("south_asian_muslim", 0.3)),
}

# Share of people by age band: youngest and oldest age, share. A hospital sees more old people than a city holds.
AGE_SHARE = ((0, 17, 0.12), (18, 39, 0.25), (40, 59, 0.24), (60, 74, 0.22), (75, 89, 0.14), (90, 101, 0.03))

SEX_SHARE = {"1": 0.486, "2": 0.508, "9": 0.003, "X": 0.003}

# NHS treatment function codes by number, in the order used by `clinic_specialties`.
SPECIALTIES = {
    "180": "Emergency Medicine",
    "300": "General Internal Medicine",
    "100": "General Surgery",
    "320": "Cardiology",
    "340": "Respiratory Medicine",
    "430": "Elderly Medicine",
    "307": "Diabetic Medicine",
    "130": "Ophthalmology",
    "410": "Rheumatology",
    "330": "Dermatology",
    "810": "Radiology",
}

STREETS = [
    "Albion Road",
    "Almond Grove",
    "Arkwright Street",
    "Beech Hill Road",
    "Bellfield Avenue",
    "Brickmaker Lane",
    "Canal Walk",
    "Cedar Court",
    "Chandler Street",
    "Chapel Row",
    "Clarendon Gardens",
    "Coldharbour Rise",
    "Copperfield Road",
    "Dock Street",
    "Elmhurst Road",
    "Ferry Approach",
    "Foundry Mews",
    "Garnet Street",
    "Glebe Road",
    "Hawthorn Close",
    "Highview Terrace",
    "Ivydale Road",
    "Jubilee Crescent",
    "Kestrel Way",
    "Lavender Sweep",
    "Lock Keeper's Walk",
    "Malthouse Lane",
    "Market Parade",
    "Mulberry Close",
    "Navigation Road",
    "Orchard Estate",
    "Palmerston Road",
    "Pavilion Street",
    "Quarry Road",
    "Ropewalk Gardens",
    "St Anne's Road",
    "Saltmarsh Lane",
    "Tanner Street",
    "Tideway Road",
    "Vicarage Lane",
    "Wharf Road",
    "Windmill Drive",
]

PRACTICES = [
    "Canalside Surgery",
    "The Orchard Practice",
    "Market Parade Medical Centre",
    "Highview Health Centre",
    "Tideway Medical Group",
    "Lantern Lane Surgery",
    "The Mulberry Practice",
    "Ropewalk Family Practice",
]
