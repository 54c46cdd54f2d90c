"""Near duplicates: of generated pairs almost all are found, and almost nothing else is named."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clvlab.data.company.matching.scores import near_duplicates


def listed(text):
    return [word.strip() for word in text.split("," if "," in text else None)]


CITIES = {
    "north": ["北京", "天津", "Hamburg", "Leeds"],
    "south": ["广州", "深圳", "München", "Bristol"],
    "east": ["上海", "杭州", "Dresden", "Norwich"],
    "west": ["成都", "重庆", "Köln", "Cardiff"],
}
CHINESE = listed("阳光 晨曦 博雅 启明 育才 海豚 星河 金桥 仁爱 康宁 致远 明德 新苗 华育 同济 瑞祥")
CHINESE_KINDS = listed("教育科技 培训中心 人民医院 外国语学校 职业学院 妇幼保健院 图书馆 文化传媒")
LATIN = listed(
    "Sunrise Riverside Baumann Kestrel Hartmann Willow Lindner Oakfield Schröder Falcon "
    "Meridian Thornbury Königstein Ashdown Feldmann Granville Rosewood Kellermann "
    "Pemberton Maple"
)
LATIN_KINDS = listed(
    "Training Centre,Language School,General Hospital,Medical Supplies,Bildungswerk,"
    "Conference Services,Learning Systems,Fahrschule,Public Library,Media Systems"
)
LATIN_FORMS = ["GmbH", "Ltd", "Ltd.", "AG", "Inc.", "GmbH & Co. KG", "Limited"]
CHINESE_FORMS = ["有限公司", "有限责任公司", "股份有限公司", "集团"]
STREETS = ["中山路", "人民大道", "解放街", "High Street", "Station Road", "Bahnhofstraße"]
STREETS += ["Lindenweg", "Mill Lane"]
WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in map(chr, range(33, 127))}


@dataclass
class Base:
    """Customers with the pairs among them that are one, and pairs that only look like it."""

    rng: np.random.Generator
    rows: list[dict] = field(default_factory=list)
    same: set[tuple[int, int]] = field(default_factory=set)
    alike: set[tuple[int, int]] = field(default_factory=set)

    def add(self, row):
        self.rows.append(row)
        return len(self.rows) - 1

    def pick(self, things):
        return things[int(self.rng.integers(len(things)))]

    def chance(self, share):
        return self.rng.random() < share

    def phone(self, chinese):
        digits = "".join(str(digit) for digit in self.rng.integers(0, 10, 8))
        return (
            f"1{self.pick('3578')}{self.pick('0123456789')}{digits}" if chinese else f"030{digits}"
        )

    def customer(self):
        region = self.pick(list(CITIES))
        city = self.pick(CITIES[region])
        chinese = not city.isascii() and city not in {"München", "Köln"}
        if chinese:
            stem = self.pick(CHINESE) + self.pick(CHINESE)
            name = f"{city}{stem}{self.pick(CHINESE_KINDS)}{self.pick([*CHINESE_FORMS, ''])}"
            street = self.pick(STREETS[:3])
            address = f"{city}市{street}{self.rng.integers(1, 400)}号"
        else:
            stem = f"{self.pick(LATIN)} {self.pick(LATIN)}"
            name = f"{stem} {self.pick(LATIN_KINDS)} {self.pick([*LATIN_FORMS, ''])}".strip()
            address = f"{self.pick(STREETS[3:])} {self.rng.integers(1, 400)}, {city}"
        email = f"info{self.rng.integers(10**6)}@{self.pick(['mail', 'post', 'firm'])}.example"
        return {
            "name": name,
            "phone": self.phone(chinese),
            "email": email,
            "address": address,
            "region": region,
        }

    def typo(self, text):
        place = int(self.rng.integers(1, max(len(text) - 1, 2)))
        what = self.rng.integers(3)
        if what == 0:
            return text[:place] + text[place + 1 :]
        if what == 1 and place + 1 < len(text):
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        letter = self.pick("aeiorstn") if text.isascii() else self.pick("里们来时")
        return text[:place] + letter + text[place + 1 :]

    def rewritten_name(self, name):
        if self.chance(0.6):
            for form in sorted([*LATIN_FORMS, *CHINESE_FORMS], key=len, reverse=True):
                if name.endswith(form) and name != form:
                    forms = LATIN_FORMS if form in LATIN_FORMS else CHINESE_FORMS
                    name = name.removesuffix(form).strip()
                    name = self.pick([name, f"{name} {self.pick(forms)}"])
                    break
        if self.chance(0.3) and " " in name:
            words = name.split()
            name = f"{' '.join(words[1:])}, {words[0]}"
        if self.chance(0.5):
            name = self.typo(name)
        if self.chance(0.3):
            name = self.pick([name.upper(), name.lower(), name.translate(WIDE), f" {name}  "])
        return name.replace("ü", "ue").replace("ö", "oe") if self.chance(0.5) else name

    def rewritten_phone(self, phone):
        if phone.startswith("1"):
            parts = (phone[:3], phone[3:7], phone[7:])
            return self.pick([f"+86 {phone}", " ".join(parts), "-".join(parts), f"0086{phone}"])
        rest = phone[1:]
        return self.pick([f"+49 {rest[:2]} {rest[2:]}", f"{phone[:3]}/{rest[2:]}", f"0049{rest}"])

    def rewritten_address(self, address):
        address = address.replace("Street", "St").replace("straße", "str.").replace("大道", "道")
        return self.pick([address, address.upper(), address.replace(", ", " "), self.typo(address)])

    def add_pair(self):
        """A customer entered twice; at least the telephone or the e-mail address is the same."""
        one = self.customer()
        other = {**one, "name": self.rewritten_name(one["name"])}
        other["phone"] = self.rewritten_phone(one["phone"])
        other["address"] = self.rewritten_address(one["address"])
        gone = self.pick([(), (), ("phone",), ("email",), ("address",), ("email", "address")])
        other |= dict.fromkeys(gone, None)
        if self.chance(0.2):
            changed = self.pick(["phone", "email"])
            kept = "email" if changed == "phone" else "phone"
            if other[kept]:
                other[changed] = self.customer()[changed]
        self.same.add((self.add(one), self.add(other)))

    def add_alike(self):
        """Two customers that look like one."""
        one = self.customer()
        other = {**self.customer(), "region": one["region"]}
        what = self.pick(["numbered", "level", "branch", "stem", "building", "switchboard", "next"])
        city = self.pick(CITIES[one["region"]])
        street = f"{self.pick(STREETS[3:])} {self.rng.integers(1, 400)}, {city}"
        if what in ("numbered", "level"):
            low, high = sorted(self.rng.choice(9, 2, replace=False) + 1)
            stem = f"{city} {self.pick(LATIN)}"
            forms = {
                "numbered": [
                    (f"No. {low} middle school of {stem}", f"No. {high} middle school of {stem}"),
                    (
                        f"{stem}第{'零一二三四五六七八九'[low]}中学",
                        f"{stem}第{'零一二三四五六七八九'[high]}中学",
                    ),
                ],
                "level": [
                    (f"{stem} Primary School", f"{stem} Middle School"),
                    (f"{stem}小学", f"{stem}中学"),
                ],
            }
            one["name"], other["name"] = self.pick(forms[what])
            one["address"], other["address"] = street, self.pick([street, other["address"]])
            other["phone"] = self.pick([other["phone"], one["phone"]])
        elif what == "branch":
            regions = [region for region in CITIES if region != one["region"]]
            other |= {"name": one["name"], "region": self.pick(regions)}
            other["phone"] = self.pick([other["phone"], one["phone"]])
            other["email"] = self.pick([other["email"], one["email"]])
        elif what == "stem":
            words = one["name"].split()
            stem = " ".join(words[:2]) if len(words) > 2 else one["name"][:4]
            one["name"] = f"{stem} {LATIN_KINDS[0]}"
            other["name"] = f"{stem} {self.pick(LATIN_KINDS[1:])}"
        elif what == "building":
            other["address"] = one["address"]
        elif what == "switchboard":
            other |= {"phone": one["phone"], "address": one["address"]}
        else:
            other["phone"] = one["phone"][:-1] + str((int(one["phone"][-1]) + 1) % 10)
            other["name"] = f"{one['name'].split()[0][:-1]}n {self.pick(LATIN_KINDS)}"
        self.alike.add((self.add(one), self.add(other)))

    def frame(self):
        return pd.DataFrame(self.rows)


def base(seed, pairs, alike, others=500):
    made = Base(np.random.default_rng(seed))
    for _ in range(pairs):
        made.add_pair()
    for _ in range(alike):
        made.add_alike()
    for _ in range(others):
        made.add(made.customer())
    return made


def measured(made):
    pairs, _ = near_duplicates(made.frame())
    found = set(zip(pairs["first"], pairs["second"], strict=True))
    right = len(found & made.same)
    return right / len(found), right / len(made.same), found


# The weights were tuned on the bases of seeds 1 to 5; these are others.
HELD_OUT = 20261
TUNED_ON = (1, 2, 3, 4, 5)


def test_of_generated_pairs_almost_all_are_found_and_little_else_is_named():
    made = base(HELD_OUT, pairs=300, alike=2_500)
    assert len(made.alike) == 2_500
    precision, recall, found = measured(made)
    assert precision >= 0.95
    assert recall >= 0.95
    assert len(found & made.alike) <= 0.002 * len(made.alike)
