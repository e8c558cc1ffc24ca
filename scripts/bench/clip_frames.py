"""The frames of a clip as users of PyAV read them: those shown at the middles of equal parts."""

import bisect

import av
import numpy as np
import torch

import default_search


def frames(path: str, count: int, threads: int, skipping: bool = False):
    """Yields `count` frames, each the one shown at (i + 0.5) / count of the clip.

    All frames are decoded up to the last of them. With `skipping`, unwanted frames that no other frame is
    predicted from are not decoded: the result is the same, in a third less time, but usual loaders do not do that.
    """
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "AUTO", threads
        times = [(stream.start_time or 0) + (i + 0.5) / count * stream.duration for i in range(count)]
        decoded = skipped(container, stream, times) if skipping else container.decode(stream)
        shown = None
        for frame in decoded:
            while times and shown is not None and frame.pts > times[0]:
                yield shown
                times.pop(0)
            if not times:
                return
            shown = frame
        yield from [shown] * len(times)


def skipped(container, stream, times: list):
    """Decodes the frames of a clip without the unneeded ones."""
    packets = list(container.demux(stream))
    starts = sorted(p.pts for p in packets if p.pts is not None)
    wanted = {starts[max(0, bisect.bisect_right(starts, t) - 1)] for t in times}
    for packet in packets:
        stream.codec_context.skip_frame = "DEFAULT" if packet.pts in wanted else "NONREF"
        yield from packet.decode()


def squares(path: str, count: int, settings: dict, threads: int = 1, skipping: bool = False, exact: bool = False):
    """Returns the network's input, [224, 224, 3]; `exact` resizes like Cutline, else like swscale."""
    for frame in frames(path, count, threads, skipping):
        if exact:
            yield default_search.framed(frame.to_image(), settings)
        else:
            yield quick_square(frame, settings["input"])


def quick_square(frame, side: int) -> np.ndarray:
    """Converts colour and size in one step, by far the fastest way."""
    short = side * 8 // 7
    scale = short / min(frame.width, frame.height)
    width, height = int(frame.width * scale), int(frame.height * scale)
    picture = frame.reformat(width, height, "rgb24", interpolation="BILINEAR").to_ndarray()
    left, top = round((width - side) / 2), round((height - side) / 2)
    return picture[top:top + side, left:left + side]


def network_input(squares: list, settings: dict) -> torch.Tensor:
    """[B, 3, H, W], channels last."""
    x = torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).float().div_(255)
    mean, deviation = (torch.tensor(settings[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    return x.sub_(mean).div_(deviation)
