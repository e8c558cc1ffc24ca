"""Words and sentences for drawn pages and screens."""

NOUNS = """garden river market school council budget customer kitchen library museum bridge village station harbor
    hospital theater factory forest engine teacher student visitor worker farmer doctor neighbor committee project
    program contract delivery schedule meeting office account letter window building street season harvest weather
    winter energy paper machine ticket holiday journey picture lesson question problem number record region""".split()
VERBS = """opened closed changed followed reached improved replaced described measured supported received reported
    finished planned visited discussed reviewed expected protected explained repaired""".split()
ADJECTIVES = """new old early local annual public quiet large small recent common careful simple useful regional
    northern green modern warm final second important different complete""".split()
LINKS = "near behind before after during without beside despite above within".split()
PEOPLE = "Anna Ben Clara David Emma Felix Grace Henry Irene Jacob Laura Martin Nora Oscar Paula Simon".split()
SURNAMES = "Baker Carter Dale Fisher Greene Harris Jensen Keller Lane Moore Parker Reed Shaw Turner Wells".split()
PLACES = "Ashford Brookfield Easton Hillcrest Lakeside Milton Northgate Oakdale Redwood Westbury".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
GOODS = "Bread Butter Milk Apples Coffee Rice Tomatoes Cheese Soap Candles Eggs Onions Pasta Honey Tea Flour".split()


def sentences(r, count: int) -> str:
    return " ".join(sentence(r) for _ in range(count))


def sentence(r) -> str:
    noun, other, third = r.sample(NOUNS, 3)
    adjective, verb, link = r.choice(ADJECTIVES), r.choice(VERBS), r.choice(LINKS)
    return r.choice([
        f"The {adjective} {noun} {verb} the {other} {link} the {third}.",
        f"In {r.choice(PLACES)}, {person(r)} {verb} the {adjective} {noun}.",
        f"{link.title()} the {other}, every {noun} {verb} its {adjective} {third}.",
        f"About {r.randint(3, 95)} percent of the {noun} {verb} the {other}, but the {third} did not."])


def title(r) -> str:
    one, other = r.sample(NOUNS, 2)
    return r.choice([f"The {r.choice(ADJECTIVES)} {one}", f"{one.title()} and {other}", f"Report on the {one}",
                     f"{r.choice(PLACES)} {one} {r.randint(1998, 2025)}"])


def person(r) -> str:
    return f"{r.choice(PEOPLE)} {r.choice(SURNAMES)}"


def address(r) -> list:
    return [f"{r.randint(1, 99)} {r.choice(NOUNS).title()} {r.choice(['Road', 'Street', 'Lane'])}", r.choice(PLACES)]


def clock(r) -> str:
    return f"{r.randint(10, 22)}:{r.randint(0, 59):02d}"


def file_name(r) -> str:
    return f"{r.choice(NOUNS)}-{r.choice(NOUNS)}.{r.choice(['txt', 'pdf', 'csv', 'jpg', 'zip', 'doc'])}"
