"""Captions clips with PyAV and PyTorch: the peer of scripts/bench/video.

    peer_video.py MODEL CLIP... [--processes N] [--skip] [--exact] [--decode-only]

Prints path TAB caption, and the time from the moment that all processes have imported and loaded everything and
run the network once. Each process reads, encodes and captions its own clips; the cores are divided evenly.
ResNet-50 is in its fastest form: batch norms folded, bfloat16 if the processor has it, channels last, inference
mode.

    --skip         skip unneeded frames while decoding, as Cutline does; unusual in PyAV programs
    --exact        float32 and Pillow's resizing, for comparison with ours
    --decode-only  decode and resize
"""

import argparse
import multiprocessing
import os
import queue
import sys
import time

FRAMES = 16
CORES = len(os.sched_getaffinity(0))
HAS_BFLOAT16 = "avx512_bf16" in open("/proc/cpuinfo").read()


class Pipeline:
    """The state of one process."""

    def __init__(self, options):
        import torch
        from torch.fx.experimental.optimization import fuse

        import default_torch

        self.torch, self.options, self.threads = torch, options, max(1, CORES // options.processes)
        torch.set_num_threads(self.threads)
        self.config, self.vocabulary, encoder, self.decoder = default_torch.load(options.model)
        self.type = torch.bfloat16 if HAS_BFLOAT16 and not options.exact else torch.float32
        self.encoder = fuse(encoder).to(self.type, memory_format=torch.channels_last)
        self.decoder.to(self.type)
        side = self.config["encoder"]["input"]
        with torch.inference_mode():
            for _ in range(2):
                self.caption(torch.zeros(FRAMES, 3, side, side))

    def __call__(self, clip: str) -> str:
        import clip_frames

        options, settings = self.options, self.config["encoder"]
        squares = list(clip_frames.squares(clip, FRAMES, settings, self.threads, options.skip, options.exact))
        if options.decode_only:
            return ""
        with self.torch.inference_mode():
            return self.caption(clip_frames.network_input(squares, settings))

    def caption(self, pixels) -> str:
        import default_search

        pixels = pixels.to(self.type, memory_format=self.torch.channels_last)
        features = self.encoder(pixels).float().mean(0, keepdim=True).to(self.type)
        decode = self.config["decode"]
        words, _ = default_search.beam_search(
            self.decoder.start(features), self.step, self.vocabulary, decode)
        return default_search.sentence(words, self.vocabulary)

    def step(self, words, h, c):
        scores, h, c = self.decoder.step(self.torch.from_numpy(words), h, c)
        return scores.float().numpy(), h, c


def work(options, start, clips, results) -> None:
    """Runs one process, which captions clips until none are left."""
    pipeline = Pipeline(options)
    results.put((None, 0.0))
    start.wait()
    began = time.process_time()
    while (clip := clips.get()) is not None:
        results.put((clip, pipeline(clip)))
    results.put((None, time.process_time() - began))


def next_of(results, workers) -> tuple:
    """Returns the next message of a worker."""
    while True:
        try:
            return results.get(timeout=5)
        except queue.Empty:
            if any(worker.exitcode for worker in workers):
                sys.exit("a process has died")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("clips", nargs="+")
    parser.add_argument("--processes", type=int, default=1)
    for flag in ("--skip", "--exact", "--decode-only"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    context = multiprocessing.get_context("fork")
    start, clips, results = context.Event(), context.Queue(), context.Queue()
    for clip in [*options.clips, *[None] * options.processes]:
        clips.put(clip)
    workers = [context.Process(target=work, args=(options, start, clips, results), daemon=True)
               for _ in range(options.processes)]
    for worker in workers:
        worker.start()
    for _ in workers:
        next_of(results, workers)
    start.set()
    began = time.perf_counter()
    captions, processor_seconds, ended = {}, 0.0, 0
    while ended < options.processes:
        clip, outcome = next_of(results, workers)
        if clip is None:
            ended, processor_seconds = ended + 1, processor_seconds + outcome
        else:
            captions[clip], seconds = outcome, time.perf_counter() - began
    print(f"took {seconds:.4f} s, {processor_seconds:.4f} s of processor time")
    for clip in options.clips:
        print(clip, captions[clip], sep="\t")
