"""A network in OpenVINO, picture after picture: peer_openvino.py FILE.onnx TYPE BATCH SECONDS THREADS [HINT]

TYPE is f32 or bf16; HINT is latency (the default) or throughput, which has several requests in flight. Prints
the format of `cutline bench --json`: the number of runs in the given seconds, after two that are not counted,
and the median run.
"""

import json
import statistics
import sys
import time

import numpy
import openvino


def compiled(file: str, precision: str, batch: int, threads: int, hint: str):
    core = openvino.Core()
    network = core.read_model(file)
    network.reshape([batch, 3, 224, 224])
    return core.compile_model(network, "CPU", {
        "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": hint.upper(), "INFERENCE_NUM_THREADS": str(threads)})


def one_by_one(network, pixels):
    request = network.create_infer_request()
    request.set_input_tensor(openvino.Tensor(pixels, shared_memory=True))
    return request.infer


def in_flight(network, pixels):
    """Runs begin, and are counted, when a request is free: as many are under way before the window as after it."""
    queue = openvino.AsyncInferQueue(network)
    tensor = openvino.Tensor(pixels, shared_memory=True)
    return lambda: queue.start_async({0: tensor}, share_inputs=True)


def main(file: str, precision: str, batch: int, seconds: float, threads: int, hint: str = "latency"):
    network = compiled(file, precision, batch, threads, hint)
    pixels = numpy.random.default_rng(0).standard_normal((batch, 3, 224, 224), dtype=numpy.float32)
    run = (one_by_one if hint == "latency" else in_flight)(network, pixels)
    for _ in range(2 if hint == "latency" else 8):
        run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(json.dumps({"timings": [{"batch_size": batch, "runs": len(times), "ms": 1000 * statistics.median(times)}]}))


if __name__ == "__main__":
    file, precision, batch, seconds, threads, *rest = sys.argv[1:]
    main(file, precision, int(batch), float(seconds), int(threads), *rest)
