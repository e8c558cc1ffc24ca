#!/usr/bin/env bash
# FFmpeg's scene score is 0 for a cut that follows another one at once.
#
# Seen with: the ffmpeg program 7.0.2 (imageio-ffmpeg 0.6.0).
# The score of a frame is the smaller of how much it differs from the frame before and of how much that
# difference differs from the difference before. So of cuts in frames that follow each other, as when a clip was
# reduced to its key frames or to one frame a second, or slides are shown for one frame each, the second is
# found at most, and all others score 0: `select='gt(scene,0.3)'` on fps=1 loses most of a slide show.
# Seen: twenty frames, each wholly black after a wholly white one or the other way, behind ten grey ones; the first
# two score 1, the others 0.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install -q --disable-pip-version-check imageio-ffmpeg==0.6.0
program=$(python/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
"$program" -version | head -1

"$program" -v error -f lavfi -i color=gray:s=64x48:r=25:d=0.4 \
  -f lavfi -i "color=black:s=64x48:r=25:d=0.8,geq=lum='if(mod(N,2),255,0)':cb=128:cr=128" \
  -filter_complex '[0][1]concat' -c:v ffv1 slides.mkv
scores=$("$program" -v error -i slides.mkv -vf "select='gte(scene,0)',metadata=print:file=-" -f null - |
  sed -n 's/^lavfi.scene_score=//p' | tr '\n' ' ')
echo "scores: $scores"
grey=$(printf '0.000000 %.0s' {1..10})
later=$(printf '0.000000 %.0s' {1..18})
[[ $scores == "${grey}1.000000 1.000000 $later" ]] || {
  echo 'the scores are others than when this was written' >&2
  exit 1
}
