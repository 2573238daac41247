"""What the shop has to sell, as plain values: shelves, and the items on them with their options."""

from typing import NamedTuple


class Option(NamedTuple):
    """What is bought: the first option of an item is the one that a buyer gets who does not choose."""

    sku: str
    name: str
    price: str


class Item(NamedTuple):
    """A page of the shop. ``category`` is a shelf's slug; ``wind`` in Beaufort, 1 to 8 where any wind will do."""

    slug: str
    title: str
    category: str
    tagline: str
    description: str
    wind: tuple[int, int]
    options: tuple[Option, ...]


class Shelf(NamedTuple):
    slug: str
    title: str
    tagline: str


SHELVES: tuple[Shelf, ...] = (
    Shelf("first-kites", "First kites", "One line, no lessons. Let go, and see."),
    Shelf("no-sticks", "No sticks", "The wind is the frame. It never breaks, and packs small."),
    Shelf("old-masters", "Old masters", "Shapes that were finished centuries ago. We only changed the cloth."),
    Shelf("two-lines", "Two lines", "Left hand, right hand, and nothing else on your mind."),
    Shelf("in-the-bag", "In the bag", "What you notice you forgot, once you stand on the hill."),
)

ITEMS: tuple[Item, ...] = (
    Item(
        "meadow",
        "Meadow",
        "first-kites",
        "The diamond everyone draws.",
        "Two spars, one line, three bows on the tail. It goes up on the first try, comes down slowly and fits into "
        "a school bag. Ripstop nylon with a bound edge; 40 metres of line on a wooden winder are in the sleeve.",
        (2, 4),
        (
            Option("GL-101", "Small, 80 cm", "29.00"),
            Option("GL-101-L", "Large, 120 cm", "39.00"),
        ),
    ),
    Item(
        "kestrel",
        "Kestrel",
        "first-kites",
        "A delta that hovers in almost nothing.",
        "Wide wings and a deep keel: the Kestrel climbs on a breath and then stands there, as its name does over a "
        "field. The leading edges are carbon, so they spring back from a landing on the nose.",
        (1, 4),
        (
            Option("GL-204", "Span 2 m", "49.00"),
            Option("GL-204-L", "Span 3 m", "79.00"),
        ),
    ),
    Item(
        "moth",
        "Moth",
        "first-kites",
        "For days without wind.",
        "It weighs less than a letter. Walk, and it climbs behind you; stop, and it glides down to your hand. Good "
        "for still evenings, sports halls and large kitchens. The line is a thread: tie it to nothing you love.",
        (1, 2),
        (
            Option("GL-110", "With 15 m of line", "59.00"),
            Option("GL-110-S", "With line and a spare spar", "66.00"),
        ),
    ),
    Item(
        "pelican",
        "Pelican",
        "no-sticks",
        "All cloth, nothing to break.",
        "The wind blows up eight cells and makes the wing. Stuff it into its pouch, forget it in the car, take it "
        "out by the sea. Pulls steadily enough to lift a windsock, a camera or a child's eyebrows.",
        (3, 6),
        (
            Option("GL-310", "Pocket, 0.6 m²", "74.00"),
            Option("GL-310-M", "Beach, 1.2 m²", "109.00"),
            Option("GL-310-L", "Lifter, 2.5 m²", "169.00"),
        ),
    ),
    Item(
        "octopus",
        "Octopus",
        "no-sticks",
        "Eight arms, no bones, one line.",
        "A head full of air and long arms that never agree with each other. Small children wave at it, and "
        "it waves back. Flies itself once it is up, so that your hands are free for the sandwich.",
        (3, 5),
        (
            Option("GL-330", "Arms of 4 m", "99.00"),
            Option("GL-330-L", "Arms of 7 m", "139.00"),
        ),
    ),
    Item(
        "rokkaku",
        "Rokkaku",
        "old-masters",
        "Six corners, three hundred years.",
        "The fighting kite of Sanjo, bowed by two strings at the back. Flat it tumbles, bowed it stands like a "
        "picture on a wall; you choose. Sewn from eleven panels, with bamboo spars that we split ourselves.",
        (2, 5),
        (
            Option("GL-406", "Height 1 m", "89.00"),
            Option("GL-406-L", "Height 1.8 m", "149.00"),
        ),
    ),
    Item(
        "lighthouse",
        "Lighthouse",
        "old-masters",
        "A box for days when others stay at home.",
        "Two cells on four long spars, built after the kites that weather stations flew. It wants real wind and "
        "then does not move. Packs into a tube of seventy centimetres.",
        (4, 7),
        (Option("GL-415", "One size, 1.2 m tall", "119.00"),),
    ),
    Item(
        "wau",
        "Wau",
        "old-masters",
        "The moon kite, with a voice.",
        "From the rice fields of Kelantan: a wing, a crescent, and a bow on its neck that hums as long as the kite "
        "flies. Farmers slept to it. Bamboo and paper that does not mind dew; the hummer comes off for neighbours.",
        (2, 4),
        (
            Option("GL-430", "Without hummer", "128.00"),
            Option("GL-430-H", "With hummer", "144.00"),
        ),
    ),
    Item(
        "swift",
        "Swift",
        "two-lines",
        "Turns on a coin, lands on its feet.",
        "Steered by two lines and two hands. Precise corners, slow axels, and quiet: the trailing edge does not "
        "buzz. Comes with straps and two 25 metre lines of the same stretch, measured as a pair.",
        (3, 6),
        (
            Option("GL-502", "Standard", "159.00"),
            Option("GL-502-V", "Vented, for more wind", "169.00"),
        ),
    ),
    Item(
        "bison",
        "Bison",
        "two-lines",
        "Leans on you like an animal.",
        "A traction wing for wide, empty beaches. It pulls from the hip, holds through gusts and lets go when you open "
        "your hands: both handles have a safety leash. Please start with the small one. Everybody says they will.",
        (5, 8),
        (
            Option("GL-560", "1.5 m²", "189.00"),
            Option("GL-560-M", "2.5 m²", "239.00"),
            Option("GL-560-L", "4 m²", "299.00"),
        ),
    ),
    Item(
        "winder",
        "Winder",
        "in-the-bag",
        "Line that comes off without an argument.",
        "Beech, turned and oiled, with braided line that is spliced instead of knotted. Marked every ten metres, so "
        "that you know how high you are boasting. Strong enough for every one-line kite here.",
        (1, 8),
        (
            Option("GL-610", "50 m, 40 kg", "14.00"),
            Option("GL-610-M", "100 m, 40 kg", "19.00"),
            Option("GL-610-H", "100 m, 90 kg", "27.00"),
            Option("GL-610-L", "200 m, 90 kg", "42.00"),
        ),
    ),
    Item(
        "whirl",
        "Whirl",
        "in-the-bag",
        "A wind meter that ends the discussion.",
        "Three cups on a ball bearing and a dial in Beaufort, no battery. Hold it up, count to ten, choose the kite. "
        "A pointer stays at the strongest gust, for the stories afterwards.",
        (1, 8),
        (
            Option("GL-640", "With wrist strap", "38.00"),
            Option("GL-640-T", "With strap and tripod thread", "45.00"),
        ),
    ),
)
