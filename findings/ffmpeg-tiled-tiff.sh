#!/usr/bin/env bash
# FFmpeg reads a tiled TIFF as a black picture, says nothing and exits with 0.
#
# Seen with: the ffmpeg program 7.0.2 (imageio-ffmpeg 0.6.0), files by tifffile 2025.5.10.
# The same pixels in strips come back whole. In tiles, which the TIFF specification has had since revision 6
# and scanners, microscopes and map services write, the frame is there, has the right size, and is all zero;
# on -v warning nothing is printed. Whoever captions or trains on such files sees black.
# Seen: strips mean 111, tiles mean 0; both exit 0 without a message.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install -q --disable-pip-version-check imageio-ffmpeg==0.6.0 tifffile==2025.5.10 numpy==2.2.6

python/bin/python - <<'PYTHON'
import subprocess

import imageio_ffmpeg
import numpy as np
import tifffile

y, x = np.mgrid[0:96, 0:128]
picture = np.stack([x * 2 % 256, y * 2 % 256, (x + y) % 256], -1).astype("uint8")
tifffile.imwrite("strips.tif", picture, photometric="rgb")
tifffile.imwrite("tiles.tif", picture, photometric="rgb", tile=(16, 16))
assert (tifffile.imread("tiles.tif") == picture).all()

program = imageio_ffmpeg.get_ffmpeg_exe()
print(subprocess.run([program, "-version"], capture_output=True, text=True).stdout.split("Copyright")[0])
found = {}
for name in ("strips", "tiles"):
    done = subprocess.run(
        [program, "-v", "warning", "-i", name + ".tif", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True)
    pixels = np.frombuffer(done.stdout, "uint8")
    found[name] = (pixels.size == picture.size and bool((pixels.reshape(picture.shape) == picture).all()),
                   int(pixels.max(initial=0)), done.returncode, done.stderr)
    print(f"{name}: exit {done.returncode}, mean {pixels.mean():.0f}, message {done.stderr.decode()!r}")
assert found["strips"] == (True, 254, 0, b""), "strips are read otherwise than when this was written"
assert found["tiles"] == (False, 0, 0, b""), "tiles are read otherwise than when this was written"
PYTHON
