"""Times a network with random weights in OpenVINO, and prints pictures per second; for scripts/bench/inference.

    peer_networks.py mobilenet_v2|resnet50 f32|bf16|int8 BATCH SECONDS

The network is written as ONNX. In int8 it has QuantizeLinear and DequantizeLinear around every map, weights without a
zero point and with a scale for each output channel: in any other form OpenVINO computes in float.
"""

import statistics
import sys
import time

import numpy as np
import openvino
from onnx import TensorProto, helper, numpy_helper


class Network:
    def __init__(self, quantized: bool):
        self.quantized, self.nodes, self.constants, self.count = quantized, [], [], 0
        self.random = np.random.default_rng(1)

    def name(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def constant(self, value) -> str:
        name = self.name()
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind: str, inputs: list, **attributes) -> str:
        output = self.name()
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def rounded(self, x: str, signed: bool) -> str:
        if not self.quantized:
            return x
        scale = self.constant(np.float32(0.02))
        zero = self.constant(np.int8(0) if signed else np.uint8(0))
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, scale, zero]), scale, zero])

    def kernel(self, shape: tuple) -> str:
        weights = self.random.standard_normal(shape).astype(np.float32) * (2 / np.prod(shape[1:])) ** 0.5
        if not self.quantized:
            return self.constant(weights.astype(np.float32))
        scales = (np.abs(weights).reshape(shape[0], -1).max(1) / 127).astype(np.float32)
        whole = np.round(weights / scales[:, None, None, None]).clip(-127, 127).astype(np.int8)
        zeros = self.constant(np.zeros(shape[0], np.int8))
        return self.node("DequantizeLinear", [self.constant(whole), self.constant(scales), zeros], axis=0)

    def convolution(self, x, inputs, outputs, side, stride=1, groups=1, activation=None, added=None) -> str:
        bias = self.constant(self.random.standard_normal(outputs).astype(np.float32) * 0.1)
        y = self.node("Conv", [x, self.kernel((outputs, inputs // groups, side, side)), bias],
                      kernel_shape=[side, side], strides=[stride, stride], pads=[side // 2] * 4, group=groups)
        if added is not None:
            y = self.node("Add", [y, added])
        if activation == "relu":
            y = self.node("Relu", [y])
        if activation == "relu6":
            y = self.node("Clip", [y, self.constant(np.float32(0)), self.constant(np.float32(6))])
        return self.rounded(y, signed=activation is None)


def mobilenet_v2(network: Network, x: str) -> str:
    x, channels = network.convolution(x, 3, 32, 3, 2, activation="relu6"), 32
    for expansion, outputs, count, first in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                             (6, 160, 3, 2), (6, 320, 1, 1)]:
        for index in range(count):
            stride, width, y = first if index == 0 else 1, channels * expansion, x
            if expansion > 1:
                y = network.convolution(y, channels, width, 1, activation="relu6")
            y = network.convolution(y, width, width, 3, stride, groups=width, activation="relu6")
            x = network.convolution(y, width, outputs, 1, added=x if stride == 1 and channels == outputs else None)
            channels = outputs
    return network.convolution(x, channels, 1280, 1, activation="relu6")


def resnet50(network: Network, x: str) -> str:
    x, channels = network.convolution(x, 3, 64, 7, 2, activation="relu"), 64
    x = network.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for stage, count in enumerate([3, 4, 6, 3]):
        width = 64 << stage
        for index in range(count):
            stride = 2 if stage and index == 0 else 1
            y = network.convolution(x, channels, width, 1, activation="relu")
            y = network.convolution(y, width, width, 3, stride, activation="relu")
            added = network.convolution(x, channels, 4 * width, 1, stride) if index == 0 else x
            x, channels = network.convolution(y, width, 4 * width, 1, activation="relu", added=added), 4 * width
    return x


def main(name: str, precision: str, batch: int, seconds: float):
    network = Network(precision == "int8")
    output = network.node(
        "GlobalAveragePool", [{"mobilenet_v2": mobilenet_v2, "resnet50": resnet50}[name](
            network, network.rounded("pixels", signed=True))])
    graph = helper.make_graph(
        network.nodes, name,
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [batch, 3, 224, 224])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], network.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    core = openvino.Core()
    compiled = core.compile_model(
        core.read_model(model.SerializeToString()), "CPU",
        {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32"})
    request, times = compiled.create_infer_request(), []
    pixels = np.random.default_rng(2).standard_normal((batch, 3, 224, 224)).astype(np.float32)
    for _ in range(2):
        request.infer([pixels], share_inputs=True)
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        request.infer([pixels], share_inputs=True)
        times.append(time.perf_counter() - start)
    print(batch / statistics.median(times))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
