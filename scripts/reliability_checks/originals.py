"""Good pictures and clips, small ones, of all formats; most are made by the ffmpeg program.

HEIC and JPEG XL are made by heif-enc and cjxl, where they are (Debian: libheif-examples, libjxl-tools).
"""

import pathlib
import shutil
import subprocess

from . import crafted

PICTURES = {
    "baseline.jpg": ["-c:v", "mjpeg", "-q:v", "5"],
    "grey.jpg": ["-c:v", "mjpeg", "-pix_fmt", "gray"],
    "rgb.png": ["-c:v", "png"],
    "rgba16.png": ["-c:v", "png", "-pix_fmt", "rgba64be", "-vf", "scale=48:40"],
    "palette.png": ["-c:v", "png", "-pix_fmt", "pal8"],
    "lossy.webp": ["-c:v", "libwebp", "-quality", "60"],
    "lossless.webp": ["-c:v", "libwebp", "-lossless", "1"],
    "palette.gif": ["-c:v", "gif"],
    "rgb.bmp": ["-c:v", "bmp"],
    "rgb.tiff": ["-c:v", "tiff", "-compression_algo", "deflate"],
    "packed.tiff": ["-c:v", "tiff", "-compression_algo", "lzw", "-pix_fmt", "gray"],
    "rgba16.tiff": ["-c:v", "tiff", "-pix_fmt", "rgba64le"],
    "rgb.jp2": ["-c:v", "jpeg2000", "-f", "image2"],
    "plain.avif": ["-c:v", "libsvtav1", "-preset", "12", "-vf", "scale=80:64", "-pix_fmt", "yuv420p"],
    "rgba.qoi": ["-c:v", "qoi", "-pix_fmt", "rgba"],
    "rgb.sgi": ["-c:v", "sgi"],
    "palette.pcx": ["-c:v", "pcx"],
    "rgb.ppm": ["-c:v", "ppm"],
}
# Made by other programs from a PNG: the arguments before and after its name.
PROGRAMS = {
    "plain.heic": (["heif-enc", "-q", "60"], ["-o"]),
    "lossy.jxl": (["cjxl", "-d", "1"], []),
    "lossless.jxl": (["cjxl", "-d", "0", "--container=1"], []),
}
MOVING = {
    "moving.gif": ["-c:v", "gif"],
    "moving.png": ["-c:v", "apng", "-f", "apng"],
    "moving.webp": ["-c:v", "libwebp_anim", "-quality", "60"],
    "moving.avif": ["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p"],
}
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-threads", "1"]
CLIPS = {
    "h264.mp4": X264,
    "fragments.mp4": [*X264, "-movflags", "frag_keyframe+empty_moov"],
    "hevc.mp4": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "pools=none:log-level=none"],
    "mjpeg.mov": ["-c:v", "mjpeg"],
    "h264.mkv": X264,
    "mpeg4.avi": ["-c:v", "mpeg4"],
    "mjpeg.avi": ["-c:v", "mjpeg"],
    "vp8.webm": ["-c:v", "libvpx", "-deadline", "realtime", "-threads", "1"],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-threads", "1"],
    "flv1.flv": ["-c:v", "flv1"],
    "h264.flv": X264,
    "mpeg2.ts": ["-c:v", "mpeg2video"],
    "h264.ts": X264,
    "mpeg1.mpg": ["-c:v", "mpeg1video"],
    "theora.ogv": ["-c:v", "libtheora"],
    "wmv2.wmv": ["-c:v", "wmv2"],
    "raw.y4m": ["-pix_fmt", "yuv420p", "-vf", "scale=48:32"],
    "vp8.ivf": ["-c:v", "libvpx", "-deadline", "realtime", "-threads", "1"],
    "av1.obu": ["-c:v", "libsvtav1", "-preset", "12"],
    "rv10.rm": ["-c:v", "rv10"],
    "mpeg2.mxf": ["-c:v", "mpeg2video", "-r", "25"],
    "mpeg4.nut": ["-c:v", "mpeg4"],
    "h264.h264": [*X264, "-f", "h264"],
}
# Without dates, names and random numbers, which would make each file different.
EXACT = ["-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1"]


def originals(folder: pathlib.Path) -> dict:
    """Returns the bytes of each, by its name, without those that this ffmpeg cannot write."""
    folder.mkdir()
    files = {"progressive.jpg": crafted.jpeg(64, 48, scans=8), "drawn.png": crafted.png(40, 30)}
    for name, options in PICTURES.items():
        files[name] = made(folder / name, "testsrc2=size=80x60:rate=1", "-frames:v", "1", *options)
    for name, options in MOVING.items():
        files[name] = made(folder / name, "testsrc2=size=64x64:rate=5:duration=1", *options)
    for name, (command, middle) in PROGRAMS.items():
        files[name] = converted(folder, name, command, middle)
    for name, options in CLIPS.items():
        files[name] = made(folder / name, "testsrc2=size=96x64:rate=24:duration=2", "-g", "12", *options)
    return {name: data for name, data in files.items() if data}


def made(path: pathlib.Path, source: str, *options) -> bytes:
    done = subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", source,
                           *options, *EXACT, path], stderr=subprocess.DEVNULL)
    return path.read_bytes() if done.returncode == 0 else b""


def converted(folder: pathlib.Path, name: str, command: list, middle: list) -> bytes:
    """Converts a PNG with another program; empty if that is not installed."""
    if not shutil.which(command[0]):
        return b""
    source = folder / "source.png"
    if not source.exists():
        made(source, "testsrc2=size=80x64:rate=1", "-frames:v", "1")
    done = subprocess.run([*command, source, *middle, folder / name], capture_output=True)
    return (folder / name).read_bytes() if done.returncode == 0 else b""
