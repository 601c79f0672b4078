"""The recipes of the demo product, written by hand: what they ask for, cost, and how well they do."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What a form asks: label, kind of field, choices.
VOCABULARY: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "food": (
        "Food",
        "dropdown",
        (
            "honeycomb",
            "chocolate fondue",
            "mac and cheese",
            "pancakes",
            "ramen",
            "mango sorbet",
            "garlic bread",
        ),
    ),
    "animal": (
        "Animal",
        "dropdown",
        (
            "golden retriever",
            "red panda",
            "tabby cat",
            "capybara",
            "barn owl",
            "hedgehog",
            "arctic fox",
            "otter",
        ),
    ),
    "place": (
        "Place",
        "dropdown",
        (
            "a quiet harbour",
            "a rooftop in Lisbon",
            "a desert highway",
            "a night market",
            "a glass observatory",
            "a mountain hut",
            "an old tram depot",
        ),
    ),
    "mood": ("Mood", "radio", ("dreamy", "playful", "moody", "heroic", "melancholic", "serene")),
    "light": (
        "Light",
        "radio",
        ("golden hour", "soft window light", "neon glow", "overcast sky", "candle light", "hard noon sun"),
    ),
    "camera": (
        "Camera move",
        "radio",
        ("slow push in", "handheld drift", "overhead shot", "orbit", "static tripod", "low tracking shot"),
    ),
    "style": (
        "Style",
        "dropdown",
        (
            "photorealistic",
            "watercolour",
            "claymation",
            "risograph print",
            "oil painting",
            "pixel art",
            "pencil",
        ),
    ),
    "color": (
        "Colour",
        "radio",
        ("coral", "teal", "violet", "amber", "forest green", "ivory", "midnight blue"),
    ),
    "person": (
        "Who",
        "dropdown",
        (
            "a young ballet dancer",
            "an elderly fisherman",
            "a street musician",
            "a marathon runner",
            "twin sisters",
            "a night nurse",
            "a beekeeper",
        ),
    ),
    "vehicle": (
        "Vehicle",
        "dropdown",
        ("vintage scooter", "rally car", "cargo bike", "steam train", "hot air balloon"),
    ),
    "sound": ("Sound", "radio", ("crackling", "soft whisper", "deep rumble", "gentle bubbling", "none")),
    "season": ("Season", "radio", ("early spring", "high summer", "late autumn", "deep winter")),
    "product": (
        "Product",
        "dropdown",
        ("ceramic mug", "running shoe", "perfume bottle", "wrist watch", "desk lamp", "leather satchel"),
    ),
    "emoji": ("Reaction", "emoji_button", ("joy", "love", "surprise", "awe", "mischief")),
    "speed": ("Speed", "slider", ("1", "2", "3", "4", "5")),
    "name": ("Name on it", "text", ("Mila", "Otto", "Team Rocketfish", "Café Luna", "Happy 40th", "No. 7")),
    "decade": ("Decade", "radio", ("1920s", "1950s", "1970s", "1980s", "1990s", "2050s")),
}


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Attributes:
        workflow: value of its `workflow:` tag.
        cost: credits.
        service: title of the service that runs it.
        category: shelf on the product's pages.
        tags: names of public tags.
        weight: share of use, relative to the others.
        seconds: median run time.
        failure: share of runs that fail for good, without outages.
        launched: when it appeared, as a share of the history (0 is before it).
        palette: which pictures suit it.
        active: whether people can use it today.
        deleted: generations of it exist, its row does not.
        shared: whether its creator earns from it.
    """

    name: str
    description: str
    prompt: str
    workflow: str
    cost: int
    service: str
    category: str
    tags: tuple[str, ...]
    weight: float
    seconds: float
    failure: float
    launched: float
    palette: str
    audio: int = 0
    active: bool = True
    deleted: bool = False
    shared: bool = False

    @property
    def slug(self) -> str:
        """The name as it stands in addresses."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables in the prompt, in order."""
        return tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", self.prompt)))

    @property
    def video(self) -> bool:
        """Whether the result is a video."""
        return self.workflow.endswith("video")


T2I, T2V, I2V, STYLE = "text_to_image", "text_to_video", "image_to_video", "style_transfer"
FLUX, SCHNELL, IDEOGRAM, VEO, KLING, MINIMAX, LUMA, RUNWAY, SDXL = (
    "FLUX Pro", "FLUX Schnell", "Ideogram V3", "Veo 3 Fast", "Kling 2.1 Master", "Hailuo 02", "Ray 2",
    "Gen-4 Turbo", "Stable Image Ultra",
)  # fmt: skip

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "Lava Food ASMR", "Glowing molten food, sliced and poured in extreme close-up.",
        "Macro shot of molten lava {food} being sliced with a steel knife, glowing from within, {sound} "
        "ASMR audio, "
        "{camera}, cinematic detail, dark kitchen counter, steam rising.",
        T2V, 10, VEO, "asmr", ("viral", "food", "asmr"), 13, 118, 0.05, 0, "ember", audio=1, shared=True,
    ),
    Recipe(
        "Glass Fruit Cutting", "Fruit of coloured glass, cut with the sound everyone replays.",
        "Extreme close-up of a translucent {color} glass fruit cut cleanly on a marble board, {sound} "
        "ASMR sound, "
        "{light}, cinematic shallow depth of field.",
        T2V, 10, VEO, "asmr", ("viral", "asmr"), 9, 112, 0.045, 0.18, "candy", audio=1,
    ),
    Recipe(
        "Baby Animal Podcast", "A small animal hosts a very serious talk show.",
        "A baby {animal} in headphones speaks into a studio microphone, {mood} talk show set, {light}, "
        "expressive face, cinematic 35 mm look.",
        T2V, 12, VEO, "funny", ("viral", "animals", "funny"), 8, 131, 0.07, 0.12, "meadow", audio=2,
        shared=True,
    ),
    Recipe(
        "Pet Portrait Royale", "Your pet as nobility, in oil and gold leaf.",
        "Regal portrait of a {animal} in a {color} velvet coat, {style}, {light}, ornate gilded frame, "
        "cinematic.",
        T2I, 2, FLUX, "portraits", ("animals", "portrait"), 9, 7.2, 0.02, 0, "gold",
    ),
    Recipe(
        "Neon City Stroll", "A walk through rain and neon signs.",
        "{person} walks through {place} at night, rain on the lens, neon reflections in {color}, {camera}, "
        "cinematic anamorphic flares.",
        T2V, 9, KLING, "cinematic", ("city", "night"), 6, 174, 0.06, 0, "neon",
    ),
    Recipe(
        "Album Cover Maker", "Square cover art with lettering that can be read.",
        "Album cover, {style} of {place} in {season}, bold title lettering, palette around {color}, "
        "{mood} mood.",
        T2I, 3, IDEOGRAM, "design", ("design", "music"), 6, 9.8, 0.03, 0, "sunset", shared=True,
    ),
    Recipe(
        "Yearbook Through Time", "You, in the yearbook of any decade.",
        "Yearbook photo of {person} in the {decade}, studio backdrop, {light}, slightly faded print, film "
        "grain.",
        T2I, 2, FLUX, "portraits", ("portrait", "nostalgia"), 7, 6.4, 0.025, 0, "sepia",
    ),
    Recipe(
        "Product Hero Shot", "One product, one light, one background: ready for the shop.",
        "Studio hero shot of a {product} on a {color} plinth, {light}, crisp shadow, commercial photography.",
        T2I, 3, SDXL, "commerce", ("product", "studio"), 6, 8.1, 0.02, 0, "studio",
    ),
    Recipe(
        "Photo Comes Alive", "An old photograph breathes, blinks and smiles.",
        "Animate the photograph: {person} turns to the camera and smiles with {emoji}, {camera}, natural "
        "motion.",
        I2V, 8, MINIMAX, "portraits", ("nostalgia", "portrait"), 7, 96, 0.075, 0.05, "sepia",
    ),
    Recipe(
        "Claymation Bedtime Story", "Fifteen seconds of plasticine wonder.",
        "Claymation scene: a {animal} explores {place} in {season}, visible fingerprints, {mood}, {camera}, "
        "warm cinematic light.",
        T2V, 11, KLING, "stories", ("kids", "animals"), 4, 188, 0.065, 0.1, "meadow", audio=1,
    ),
    Recipe(
        "Sticker Sheet", "Nine die-cut stickers on one sheet.",
        "Sheet of nine die-cut stickers of a {animal} showing {emoji}, thick white border, flat {color} "
        "background.",
        T2I, 2, SCHNELL, "design", ("design", "animals", "kids"), 6, 3.1, 0.015, 0, "candy",
    ),
    Recipe(
        "Tilt Shift Town", "A whole town that fits on a table.",
        "Tilt-shift miniature of {place} in {season}, tiny people, {light}, saturated colours, high "
        "viewpoint.",
        T2I, 2, FLUX, "landscapes", ("city", "miniature"), 3, 7.0, 0.02, 0, "lagoon",
    ),
    Recipe(
        "Ocean Drift", "A slow underwater loop for screens and minds.",
        "Underwater shot drifting over a coral garden, {color} light shafts, {speed} knots current, {mood}, "
        "seamless loop, cinematic.",
        T2V, 9, LUMA, "ambient", ("nature", "loop"), 4, 142, 0.05, 0, "lagoon", audio=1,
    ),
    Recipe(
        "Bigfoot Vlog", "Someone large found a selfie stick.",
        "Vlog-style selfie video: Bigfoot reviews {food} at {place}, handheld, {light}, natural speech "
        "with {emoji}.",
        T2V, 12, VEO, "funny", ("viral", "funny"), 7, 127, 0.085, 0.3, "forest", audio=2, shared=True,
    ),
    Recipe(
        "Minimal Logo Mark", "Three strokes, one colour, nothing to remove.",
        "Minimal vector logo mark for \"{name}\", negative space {animal}, single colour {color}, white "
        "background.",
        T2I, 4, IDEOGRAM, "design", ("design", "logo"), 5, 10.6, 0.03, 0.02, "studio",
    ),
    Recipe(
        "Watercolour Postcard", "A wish you were here, painted.",
        "Loose watercolour postcard of {place} in {season}, {light}, paper texture, handwritten greeting "
        "\"{name}\".",
        T2I, 2, SDXL, "landscapes", ("travel", "paint"), 4, 8.8, 0.02, 0, "pastel",
    ),
    Recipe(
        "Anime Opening Shot", "Wind, hair, skyline: the first two seconds of a show.",
        "Anime opening shot of {person} above {place}, wind in the hair, {light}, {mood}, dynamic {camera}.",
        T2V, 10, MINIMAX, "anime", ("anime", "viral"), 5, 104, 0.06, 0.08, "sunset",
    ),
    Recipe(
        "Anime Portrait", "A portrait with big eyes and clean lines.",
        "Anime portrait of {person}, {color} accents, {mood} expression, cel shading, {light}.",
        T2I, 2, SCHNELL, "anime", ("anime", "portrait"), 6, 3.4, 0.02, 0, "candy",
    ),
    Recipe(
        "Style Swap", "Your picture in another hand.",
        "Redraw the uploaded picture as {style}, keep the composition, {color} accents, {mood}.",
        STYLE, 3, SDXL, "tools", ("paint", "tool"), 5, 11.5, 0.045, 0, "pastel",
    ),
    Recipe(
        "Vintage Travel Poster", "Flat colours, long shadows, a railway far away.",
        "Vintage travel poster of {place}, {decade} lithograph, {season}, flat {color} shapes, bold "
        "lettering.",
        T2I, 3, IDEOGRAM, "design", ("travel", "design"), 4, 9.1, 0.025, 0, "sunset",
    ),
    Recipe(
        "Drone Over", "The reveal that every trailer needs.",
        "Aerial drone shot revealing {place} in {season}, {light}, {speed}x speed ramp, cinematic colour "
        "grade.",
        T2V, 9, RUNWAY, "cinematic", ("travel", "nature"), 5, 88, 0.055, 0.03, "lagoon",
    ),
    Recipe(
        "Tiny Chef", "A thumb-sized cook and a full-sized dish.",
        "A thumb-sized chef cooks {food} in a doll-house kitchen, macro lens, {mood}, {sound} sound, "
        "{light}.",
        T2V, 11, VEO, "asmr", ("food", "miniature", "viral"), 5, 122, 0.06, 0.4, "ember", audio=1,
    ),
    Recipe(
        "Cosy Room Loop", "A window, a lamp and weather outside.",
        "Cosy room with a view of {place}, {season} weather outside, {animal} asleep on the rug, {light}, "
        "loop.",
        T2V, 8, LUMA, "ambient", ("loop", "cosy"), 4, 138, 0.045, 0.06, "gold", audio=1,
    ),
    Recipe(
        "Isometric Diorama", "A small world on a square of ground.",
        "Isometric diorama of {place}, {season}, soft clay materials, {color} background, {light}, highly "
        "detailed.",
        T2I, 2, FLUX, "design", ("miniature", "design"), 4, 7.7, 0.02, 0.04, "pastel",
    ),
    Recipe(
        "Retro Game Box", "The cartridge nobody had.",
        "Retro game box art starring a {animal} with a {vehicle}, {decade}, title \"{name}\", airbrushed, "
        "{mood}.",
        T2I, 3, IDEOGRAM, "funny", ("nostalgia", "design", "funny"), 3, 9.5, 0.03, 0.07, "neon",
    ),
    Recipe(
        "Marble Run", "One marble, one take.",
        "Continuous macro shot of a marble rolling through a {color} wooden track past {place}, {sound}, "
        "{camera}.",
        T2V, 10, KLING, "asmr", ("asmr", "loop"), 3, 181, 0.07, 0.22, "studio", audio=1,
    ),
    Recipe(
        "Street Style Editorial", "Fashion pages from a city that does not exist.",
        "Fashion editorial, {person} in layered {color} clothing at {place}, {light}, medium format, "
        "cinematic grain.",
        T2I, 3, FLUX, "portraits", ("fashion", "portrait"), 4, 7.9, 0.035, 0, "studio",
    ),
    Recipe(
        "Tattoo Sketch", "Fine lines before the needle.",
        "Fine-line tattoo sketch of a {animal} and {season} flowers, black ink, stencil-ready, white "
        "background.",
        T2I, 2, SCHNELL, "design", ("design", "ink"), 4, 3.3, 0.02, 0, "sepia",
    ),
    Recipe(
        "Dance Challenge", "Upload a photo, leave with a routine.",
        "Make the person in the photo dance at {place} with {emoji}, {speed}x tempo, full body, {camera}.",
        I2V, 12, MINIMAX, "funny", ("viral", "music"), 5, 109, 0.11, 0.35, "neon", audio=1,
    ),
    Recipe(
        "Hot Air Harvest", "Balloons over fields at first light.",
        "Dozens of hot air balloons over {season} fields, {light}, mist, {camera}, {mood} cinematic wide "
        "shot.",
        T2V, 9, RUNWAY, "landscapes", ("nature", "travel"), 3, 91, 0.05, 0, "sunset",
    ),
    Recipe(
        "Recipe Card Illustration", "A dish, drawn as if by hand.",
        "Illustrated recipe card of {food}, {style}, ingredients around it, hand lettering, {color} border.",
        T2I, 2, IDEOGRAM, "food", ("food", "design"), 3, 9.0, 0.02, 0, "ember",
    ),
    Recipe(
        "Mood Board", "Six tiles that agree with one another.",
        "Mood board of six tiles: {place}, {color} fabric, {season} leaves, {light}, editorial layout, "
        "{mood}.",
        T2I, 3, SDXL, "commerce", ("design", "fashion"), 2, 8.4, 0.02, 0.15, "pastel",
    ),
    Recipe(
        "Claymation Portrait", "A face of plasticine with your jacket.",
        "Claymation portrait of {person}, {emoji} expression, {color} jumper, soft studio light, "
        "fingerprints visible.",
        T2I, 2, FLUX, "portraits", ("kids", "portrait"), 3, 7.1, 0.02, 0.26, "candy",
    ),
    Recipe(
        "Train Window", "Landscape passing at the speed of thought.",
        "View from the window of a {vehicle} passing {place}, {season}, raindrops, {mood}, {sound}, "
        "seamless loop.",
        T2V, 8, LUMA, "ambient", ("loop", "travel"), 3, 136, 0.05, 0.2, "forest", audio=1,
    ),
    Recipe(
        "Unboxing", "The box opens by itself.",
        "A {product} rises from its box on a {color} table, paper unfolds, {light}, {camera}, satisfying "
        "{sound}.",
        I2V, 9, KLING, "commerce", ("product", "asmr"), 3, 166, 0.07, 0.28, "studio", audio=1,
    ),
    Recipe(
        "Seamless Pattern", "Tiles without an edge.",
        "Seamless repeating pattern of {animal} and {food}, {style}, palette of {color} and cream.",
        T2I, 1, SCHNELL, "design", ("design",), 4, 2.9, 0.01, 0, "candy",
    ),
    Recipe(
        "Northern Lights Timelapse", "A night in eight seconds.",
        "Timelapse of northern lights over {place}, {season}, {speed} hours compressed, star trails, "
        "cinematic.",
        T2V, 9, RUNWAY, "landscapes", ("nature", "night"), 3, 94, 0.05, 0.09, "aurora",
    ),
    Recipe(
        "Interview with a Houseplant", "It has opinions about watering.",
        "A talking houseplant is interviewed at {place}, {mood}, subtle leaf lip-sync, {light}, "
        "documentary look.",
        T2V, 12, VEO, "funny", ("funny", "viral"), 3, 129, 0.08, 0.55, "forest", audio=2,
    ),
    Recipe(
        "Paper Cut Theatre", "Layers of paper, a lamp behind.",
        "Layered paper-cut theatre showing a {animal} in {place}, backlit {color}, {season}, delicate "
        "shadows.",
        T2I, 2, FLUX, "stories", ("kids", "paint"), 3, 7.4, 0.02, 0.16, "aurora",
    ),
    Recipe(
        "Headshot Studio", "A portrait for work, minus the studio.",
        "Professional headshot of {person}, {color} backdrop, {light}, sharp eyes, neutral retouching.",
        STYLE, 4, FLUX, "portraits", ("portrait", "studio"), 5, 12.2, 0.05, 0.1, "studio", shared=True,
    ),
    Recipe(
        "Rally in Slow Motion", "Gravel, light, a thousand frames.",
        "Slow motion of a {vehicle} drifting past {place}, dust in {light}, {camera}, cinematic, {sound}.",
        T2V, 10, KLING, "cinematic", ("sport",), 3, 179, 0.075, 0.13, "ember", audio=1,
    ),
    Recipe(
        "Birthday Greeting", "Cake, candles and the right name.",
        "A {animal} carries a cake that reads \"{name}\", candles lit, {color} confetti, {mood}, {light}.",
        T2V, 8, MINIMAX, "stories", ("kids", "funny"), 4, 101, 0.06, 0.24, "candy", audio=1,
    ),
    Recipe(
        "Floor Plan to Room", "A drawing becomes a room.",
        "Photorealistic interior from the uploaded floor plan, {color} accents, {season} light, {style} "
        "materials.",
        STYLE, 5, SDXL, "tools", ("tool", "product"), 2, 14.8, 0.09, 0.45, "gold",
    ),
    Recipe(
        "Storyboard Frames", "Six frames, one scene, pencil.",
        "Six storyboard frames: {person} arrives at {place}, {camera}, {mood}, rough pencil, cinematic "
        "framing.",
        T2I, 4, SDXL, "stories", ("design", "ink"), 2, 13.0, 0.04, 0.33, "sepia",
    ),
    Recipe(
        "Cloud Creatures", "What you saw as a child, up there.",
        "A {animal} made of clouds drifts over {place}, {light}, {mood}, wide lens, {season}.",
        T2I, 2, FLUX, "landscapes", ("nature", "kids"), 3, 6.9, 0.015, 0.6, "lagoon",
    ),
    Recipe(
        "Voice Postcard", "A spoken greeting over a moving picture.",
        "A postcard of {place} comes alive while {person} says hello to {name}, {season}, {mood}, soft "
        "{sound}.",
        T2V, 12, VEO, "stories", ("travel", "music"), 2, 133, 0.09, 0.7, "pastel", audio=2,
    ),
    Recipe(
        "Face Swap Classic", "Withdrawn after review.",
        "Replace the face in the uploaded picture with {person}, match {light} and film grain.",
        STYLE, 5, SDXL, "tools", ("tool",), 3, 12.0, 0.14, 0, "sepia", active=False,
    ),
    Recipe(
        "Talking Avatar Beta", "Closed beta, replaced by better things.",
        "{person} speaks to the camera with {emoji}, {light}, {color} studio wall, lip-sync.",
        I2V, 14, RUNWAY, "tools", ("tool", "portrait"), 2, 83, 0.19, 0.02, "studio", audio=2, active=False,
    ),
    Recipe(
        "Four-Panel Comic", "Set-up, set-up, pause, joke.",
        "Four-panel comic about a {animal} who discovers {food}, {style}, {emoji} ending, speech bubbles.",
        T2I, 3, IDEOGRAM, "funny", ("funny", "ink"), 3, 11.0, 0.035, 0.5, "pastel",
    ),
    Recipe(
        "Lunar Fashion Week", "Couture where nothing falls.",
        "{person} in flowing {color} couture on the moon, earthrise, {light}, {camera}, low gravity "
        "fabric, cinematic.",
        T2V, 11, KLING, "cinematic", ("fashion", "viral"), 2, 185, 0.07, 0.82, "aurora",
    ),
    Recipe(
        "Old Filter Pack", "Removed long ago; its results remain.",
        "Apply a {decade} film filter with {color} tint to the uploaded picture.",
        STYLE, 1, SDXL, "tools", ("tool",), 2, 4.0, 0.03, 0, "sepia", deleted=True,
    ),
    Recipe(
        "Spring Contest Special", "Removed after the contest.",
        "{animal} in a flower crown, {season}, {light}, contest badge, {mood}.",
        T2I, 1, SCHNELL, "design", ("design",), 1.5, 3.0, 0.02, 0.3, "meadow", deleted=True,
    ),
)  # fmt: skip
