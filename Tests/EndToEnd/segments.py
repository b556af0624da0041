"""A second reader of the journal, written from the drawing in JournalHeader.swift and JournalChain.swift and sharing no
code with the engine's: what it says about a journal is evidence about the engine's writer and recovery."""
import hashlib, pathlib, struct

HEADER, SLOT, FORMAT = 4096, 128, 2
INPUT, OUTPUT, MARKER = 1, 2, 3
PLACE, FILL, BALANCE, SNAPSHOT = (OUTPUT, 1), (INPUT, 5), (INPUT, 6), (INPUT, 7)

TABLE = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    TABLE.append(number)


def crc32c(data, seed=0):
    crc = ~seed & 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return ~crc & 0xFFFFFFFF


class Segment:
    """One file: `run`, `session`, `number`, `first`, `previous` and `end` of the chain, `records` as tuples of sixteen
    words, `sealed` (sequence of the last marker), `torn` (bytes behind the last whole slot that are not zero)."""

    def __init__(self, path, checksums=True):
        self.path = pathlib.Path(path)
        data = self.path.read_bytes()
        self.records, self.sealed, self.torn, self.whole = [], 0, 0, len(data) >= HEADER and any(data[:HEADER])
        if not self.whole:
            return
        version, = struct.unpack_from("<I", data, 8)
        assert data[:8] == b"NTJRNL01" and version == FORMAT, f"{path}: not a segment of format {FORMAT}: {data[:16]}"
        assert crc32c(data[:HEADER - 4]) == struct.unpack_from("<I", data, HEADER - 4)[0], f"{path}: header"
        self.run, = struct.unpack_from("<I", data, 24)
        self.number, self.first = struct.unpack_from("<2Q", data, 32)
        self.session, = struct.unpack_from("<Q", data, 56)
        self.previous = data[200:232]
        seed = crc32c(struct.pack("<2Q", self.session, self.number))
        chain = hashlib.sha256(self.previous + data[:HEADER]).digest()
        group, place = b"", HEADER
        while place + SLOT <= len(data):
            slot = data[place:place + SLOT]
            words = struct.unpack("<16Q", slot)
            if words[1] == 0 or checksums and crc32c(slot[:120], seed) != words[15]:
                break
            if words[1] & 0xFF == MARKER:
                chain = hashlib.sha256(chain + group + slot[:40]).digest()
                assert slot[40:72] == chain, f"{path}: the group that ends at {place} is not what was sealed"
                assert words[0] == self.last, f"{path}: marker of {words[0]} behind {self.last}"
                self.sealed, group = words[0], b""
            else:
                assert words[0] == self.last + 1, f"{path}: record {words[0]} behind {self.last}"
                self.records.append(words)
                group += slot
            place += SLOT
        self.end = hashlib.sha256(chain + group).digest() if group else chain
        self.torn = len(data[place:].rstrip(b"\0"))

    @property
    def last(self):
        return self.records[-1][0] if self.records else self.first - 1


def kind(words):
    return words[1] & 0xFF, words[1] >> 8 & 0xFF


def signed(word):
    return word - (1 << 64) if word >> 63 else word


def segments(directory, above=0):
    """The segments numbered above, in order, the last of them perhaps being written."""
    found = sorted(pathlib.Path(directory).glob("*.ntj"))
    return [Segment(path) for path in found if int(path.stem.rsplit("-", 1)[1]) > above]


def left_in_memory(path):
    """Session and last sequence of what the ring file of a dead engine holds; None where it holds nothing."""
    try:
        data = pathlib.Path(path).read_bytes()
    except FileNotFoundError:
        return None
    tail, = struct.unpack_from("<Q", data, 0)
    capacity, stride = struct.unpack_from("<2Q", data, 72)
    head, = struct.unpack_from("<Q", data, 128)
    if tail == head or stride != SLOT:
        return None
    words = struct.unpack_from("<16Q", data, 256 + (tail - 1 & capacity - 1) * SLOT)
    return words[15], words[0]


def client(prefix, word):
    """A client order id as the venue sees it."""
    def digits(number):
        return "".join("0123456789abcdefghijklmnopqrstuv"[number >> shift & 31] for shift in range(30, -1, -5))
    return prefix + digits(word >> 32) + digits(word & 0xFFFFFFFF)
