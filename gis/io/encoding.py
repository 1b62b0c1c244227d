"""Letters from bytes, decided by content: UTF-8 strictly, then CP949, then what the file says of itself.

Korean files come as UTF-8 or CP949, and what their `.cpg` or header says is often wrong or missing; a wrong choice
garbles in silence. EUC-KR is always read as CP949, which holds it whole.
"""

import codecs
from collections.abc import Iterable

from gis.errors import InputError

UTF8, CP949 = "utf-8", "cp949"
ENCODINGS = (UTF8, CP949)
_KOREAN_NAMES = {
    "949", "cp949", "ms949", "uhc", "euckr", "ksc5601", "ksc56011987", "ansi949", "oem949", "windows949", "xwindows949",
}  # fmt: skip
_BYTE_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_name(said: str) -> str:
    """Return the codec that a person, a `.cpg` or an XML header means.

    Raises
    ------
    InputError
        Where Python knows no such codec.
    """
    plain = "".join(letter for letter in said.lower() if letter.isalnum())
    if plain in _KOREAN_NAMES:
        return CP949
    try:
        name = codecs.lookup(said.strip()).name
        "a".encode(name)  # `hex` and the like are codecs, and no letters
    except (LookupError, ValueError) as error:
        raise InputError("unknown_encoding", encoding=said, known=", ".join(ENCODINGS)) from error
    return CP949 if name == "euc_kr" else name


def stated_encoding(said: str | None) -> str | None:
    """Return the codec that a file states of itself; None where it states none, or one that nobody knows."""
    try:
        return encoding_name(said) if said else None
    except InputError:
        return None


def best_column_encoding(columns: Iterable[list[str]], stated: str | None = None) -> str | None:
    """Return the encoding of columns of texts that were read byte by byte as Latin-1.

    It is UTF-8, else CP949, else the stated one; None where none fits all. A text may be cut within its last letter,
    as the fields of a DBF are.
    """
    raw = [[text.encode("latin-1") for text in column if not text.isascii()] for column in columns]
    tried = [UTF8, CP949, *([stated] if stated else [])]
    return next((name for name in tried if all(_fits(texts, name) for texts in raw)), None)


def _fits(texts: list[bytes], encoding: str) -> bool:
    try:
        b"\n".join(texts).decode(encoding)
    except UnicodeDecodeError:
        try:
            for text in texts:
                decode_cut(text, encoding)
        except UnicodeDecodeError:
            return False
    return True


def decode_cut(raw: bytes, encoding: str) -> str:
    """Return `raw` as text, without the part of a last letter that a length limit cut off."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(raw, final=False)


def text_of(raw: bytes, *, file: str, encoding: str | None = None, stated: str | None = None) -> tuple[str, str]:
    """Return a whole text file as text, and the encoding it was read in.

    Raises
    ------
    InputError
        Where no encoding fits, or the chosen one does not; the line says at which byte.
    """
    marked = next((name for mark, name in _BYTE_MARKS if raw.startswith(mark)), None)
    chosen = encoding_name(encoding) if encoding else marked
    tried = [chosen] if chosen else [UTF8, CP949, *([stated] if stated else [])]
    for name in tried:
        try:
            return raw.decode(name).removeprefix("\ufeff"), name
        except UnicodeError as error:
            place = getattr(error, "start", 0)
    raise InputError("encoding_unfit", file=file, encoding=" / ".join(tried), place=place, known=", ".join(ENCODINGS))
