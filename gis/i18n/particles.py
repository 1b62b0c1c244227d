"""Korean particles that follow the sound before them: 이(가), 은(는), 을(를), 과(와), (으)로, (이)."""

import re

PAIRS = {
    "이(가)": ("이", "가"), "은(는)": ("은", "는"), "을(를)": ("을", "를"), "과(와)": ("과", "와"), "(이)": ("이", ""), "(으)로": ("으로", "로"),
}  # fmt: skip
"""As written in a label: the particle after a final consonant, and after a vowel."""
SPLIT = re.compile("(" + "|".join(map(re.escape, PAIRS)) + ")")
CLOSING = "’”'\"」』)]*\\ "
"""What may stand between a word and its particle."""
FINALS = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ", "2": "", "4": "", "5": "", "9": ""}
"""The final consonant of each digit as it is read."""
FIRST_SYLLABLE, LAST_SYLLABLE, FINAL_COUNT, FINAL_RIEUL = 0xAC00, 0xD7A3, 28, 8


def particle(before: str, written: str) -> str:
    """Return the particle that fits the text before it; as written where nobody can tell how that text is read."""
    final = _final(before.rstrip(CLOSING)[-1:])
    if final is None:
        return written
    after_consonant, after_vowel = PAIRS[written]
    return after_vowel if not final or (written == "(으)로" and final == "ㄹ") else after_consonant


def _final(letter: str) -> str | None:
    """Return the final consonant of a letter, empty for a vowel, as any but ㄹ is told by ㅇ; None where unknown."""
    if not letter or letter in FINALS:
        return FINALS.get(letter)
    if not FIRST_SYLLABLE <= ord(letter) <= LAST_SYLLABLE:
        return None
    number = (ord(letter) - FIRST_SYLLABLE) % FINAL_COUNT
    return "ㄹ" if number == FINAL_RIEUL else "ㅇ" if number else ""
