"""Pictures, clips and other files written byte by byte, with content that no honest program would write."""

import struct
import zlib


# Pictures

def jpeg(width: int, height: int, scans=1, progressive=True) -> bytes:
    """Returns a grey picture of one colour; its scans are complete if they are small enough to write."""
    def segment(marker, data):
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    # One code of one bit: 0 means no change.
    tables = segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0") + segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\0")
    blocks = -(-width // 8) * -(-height // 8)
    bits = bytes(min(-(-blocks // (8 if progressive else 4)), 1000))
    first = segment(0xDA, b"\1\1\0" + (b"\0\0\0" if progressive else b"\0\x3F\0")) + bits
    # The same coefficient again and again: an end of block for each.
    later = segment(0xDA, b"\1\1\0\1\1\0") + bits
    return (b"\xFF\xD8" + segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2 if progressive else 0xC0, frame)
            + tables + first + later * (scans - 1) + b"\xFF\xD9")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zeros(count: int) -> bytes:
    """Returns so many zeros, compressed; a block of a million is repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(bytes(count & (1 << 20) - 1)) + packer.flush()
    return b"\x78\xDA" + block * (count >> 20) + rest + struct.pack(">HH", count % 65_521, 1)


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """Returns a black picture with one bit per pixel."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + b"".join(chunks)
            + png_chunk(b"IDAT", zeros((-(-width // 8) + 1) * height)) + png_chunk(b"IEND", b""))


def gif(width: int, height: int) -> bytes:
    return (b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xFF" * 3 + b","
            + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2\2\x44\1\0;")


def bmp(width: int, height: int) -> bytes:
    """Returns a picture with one byte per pixel, all of which are missing."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, 0, 0, 0, 256, 0) + bytes(1024)
    return b"BM" + struct.pack("<III", 14 + len(header), 0, 14 + len(header)) + header


def webp(width: int, height: int) -> bytes:
    """Returns an animation of one small frame on a canvas of that size."""
    def chunk(kind, data):
        return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)

    def three(number):
        return number.to_bytes(3, "little")

    pixels = bytes.fromhex("2f014000000750b22257a6ff8188e87f00")  # 2x2 of one colour
    frame = three(0) + three(0) + three(1) + three(1) + three(100) + b"\0" + chunk(b"VP8L", pixels)
    body = (chunk(b"VP8X", b"\2\0\0\0" + three(width - 1) + three(height - 1)) + chunk(b"ANIM", bytes(6))
            + chunk(b"ANMF", frame))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


# Clips of JPEGs

def box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + kind + data


def mp4(picture: bytes, width: int, height: int, samples=1, seconds=0, edits=0) -> bytes:
    """Returns a clip of `samples` pictures, all but the first of which are missing; each edit shows all of them."""
    seconds = seconds or samples
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    entry = (bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HHIIIH", width, height, 72 << 16, 72 << 16, 0, 1)
             + bytes(32) + b"\0\x18\xFF\xFF")
    head = box(b"ftyp", b"isom\0\0\2\0isom")
    table = box(
        b"stbl", box(b"stsd", struct.pack(">II", 0, 1), box(b"jpeg", entry)),
        box(b"stts", struct.pack(">IIII", 0, 1, samples, seconds // samples)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, samples, 1)),
        box(b"stsz", struct.pack(">III", 0, len(picture), samples)),
        box(b"stco", struct.pack(">III", 0, 1, len(head) + 8)))
    media = box(
        b"mdia", box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 1, seconds), b"\x55\xC4\0\0"),
        box(b"hdlr", bytes(8) + b"vide" + bytes(13)),
        box(b"minf", box(b"vmhd", bytes(12)),
            box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", b"\0\0\0\1"))), table))
    track = box(b"trak", box(b"tkhd", struct.pack(">IIIIII", 7, 0, 0, 1, 0, seconds), bytes(16), matrix,
                             struct.pack(">II", width << 16, height << 16)),
                box(b"edts", box(b"elst", struct.pack(">II", 0, edits),
                                 struct.pack(">IiI", seconds, 0, 0x10000) * edits)), media)
    movie = box(b"moov", box(b"mvhd", struct.pack(">IIIIIIH", 0, 0, 0, 1, seconds, 0x10000, 0x100), bytes(10),
                             matrix, bytes(24), b"\0\0\0\2"), track)
    return head + box(b"mdat", picture) + movie


def element(identifier: str, *parts: bytes, size: "int | None" = None) -> bytes:
    data = b"".join(parts)
    return bytes.fromhex(identifier) + (1 << 56 | (len(data) if size is None else size)).to_bytes(8, "big") + data


def matroska(*blocks: bytes) -> bytes:
    """Returns a clip of JPEGs whose cluster holds `blocks`."""
    track = element("AE", element("D7", b"\1"), element("73C5", b"\1"), element("83", b"\1"),
                    element("86", b"V_MJPEG"), element("E0", element("B0", b"\x40"), element("BA", b"\x30")))
    return (element("1A45DFA3", element("4282", b"matroska"), element("4287", b"\4"), element("4285", b"\2"))
            + element("18538067", element("1549A966", element("2AD7B1", b"\x0F\x42\x40")),
                      element("1654AE6B", track),
                      element("1F43B675", element("E7", b"\0"), *blocks, size=2**56 - 2), size=2**56 - 2))


def laced(picture: bytes) -> bytes:
    """Returns a block that claims to hold 256 frames of 2^48 bytes each."""
    sizes = (1 << 56 | 1 << 48).to_bytes(8, "big") + (1 << 56 | (1 << 55) - 1).to_bytes(8, "big") * 254
    return element("A3", b"\x81\0\0\x86\xFF" + sizes + picture)


def avi(picture: bytes, width: int, height: int) -> bytes:
    """Returns a clip with the maximum numbers of frames, streams and bytes."""
    def chunk(kind, *parts, size=None):
        data = b"".join(parts)
        return kind + struct.pack("<I", len(data) if size is None else size) + data + bytes(len(data) % 2)

    most = 0xFFFFFFFF
    header = chunk(b"avih", struct.pack("<14I", 1, most, 0, 0x10, most, 0, most, most, width, height, 0, 0, 0, 0))
    stream = chunk(b"strh", b"vidsMJPG", struct.pack("<IHHIIIIIIiI4H", 0, 0, 0, 0, most, 1, 0, most, most, -1, 0,
                                                     0, 0, width, height))
    format = chunk(b"strf", struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", most, 0, 0, most, 0))
    index = chunk(b"idx1", struct.pack("<4sIII", b"00dc", 0x10, 4, most) * 1000, size=0xFFFFFFF0)
    return (b"RIFF" + struct.pack("<I", most) + b"AVI "
            + chunk(b"LIST", b"hdrl", header, chunk(b"LIST", b"strl", stream, format))
            + chunk(b"LIST", b"movi", chunk(b"00dc", picture)) + index)


# Other files

def safetensors(header: bytes, data=b"", size: "int | None" = None) -> bytes:
    return struct.pack("<Q", len(header) if size is None else size) + header + data
