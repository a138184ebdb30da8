"""Writes the tables of code_points.cc from Python's own Unicode data.

  make_code_points.py > code_point_tables.inc

Templates are meant to behave as under Python, so Python is the source: the classes are
what str.isalpha() and its like answer, the mappings what str.upper() and its like give.
Two levels: a page of 256 code points, then the number of a record; equal pages and
equal records are stored once.
"""
import re

CLASSES = [  # In the order of code_points.h's bits.
    str.isalpha,
    str.isdecimal,
    str.isdigit,
    str.isnumeric,
    str.isspace,
    str.isprintable,
    str.islower,
    str.isupper,
    lambda c: c.istitle() and not c.isupper(),
]


def cased(c):
    return c.islower() or c.isupper() or c.istitle()


def ignored_in_case(c):
    # Final sigma looks through these: "AΣ" + c + "A" keeps its sigma medial.
    return ("A\u03a3" + c + "A").lower()[1] == "\u03c3" and ("A\u03a3" + c).lower()[1] == "\u03c2"


def main():
    records, pages, page_numbers, expansions = {}, {}, [], []
    for page in range(0x110000 // 256):
        row = []
        for point in range(page * 256, page * 256 + 256):
            c = chr(point)
            if 0xD800 <= point < 0xE000:
                row.append(records.setdefault((0, 0, 0, 0, 0), len(records)))
                continue
            bits = sum(1 << i for i, test in enumerate(CLASSES) if test(c))
            bits |= (1 << 9) * bool(cased(c)) | (1 << 10) * ignored_in_case(c)
            bits |= (1 << 11) * bool(re.match(r"\w", c))
            deltas = []
            for kind, mapped in enumerate((c.upper(), c.lower(), c.title(), c.casefold())):
                if point == 0x3A3 and kind == 1:
                    mapped = "\u03c3"  # Alone it is final; code_points.cc looks around it.
                if len(mapped) == 1:
                    deltas.append(ord(mapped) - point)
                else:
                    deltas.append(0)
                    bits |= 1 << (12 + kind)
                    expansions.append((point, kind, mapped))
            row.append(records.setdefault((bits, *deltas), len(records)))
        page_numbers.append(pages.setdefault(tuple(row), len(pages)))

    print("// Made by make_code_points.py.")
    print("constexpr Record kRecords[] = {")
    for r in records:
        print("    {0x%x, %d, %d, %d, %d}," % r)
    print("};\nconstexpr uint16_t kPages[] = {")
    for i in range(0, len(page_numbers), 16):
        print("    " + ", ".join(map(str, page_numbers[i : i + 16])) + ",")
    print("};\nconstexpr uint16_t kPageRecords[][256] = {")
    for p in pages:
        print("    {" + ", ".join(map(str, p)) + "},")
    print("};\nconstexpr Expansion kExpansions[] = {")
    for point, kind, mapped in sorted(expansions):
        text = "".join("\\x%02x" % b for b in mapped.encode())
        print('    {0x%x, %d, "%s"},' % (point, kind, text))
    print("};")


main()
