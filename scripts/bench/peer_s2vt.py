"""One training step of our S2VT in PyTorch, in its fastest form: peer_s2vt.py TYPE THREADS

Batch 32, 40 frames of 1280 features, 12 words and <eos>, embedding and hidden state 512, 10,000 words. Frames are
embedded at once, all word logits and their loss computed at once, zeros never multiplied, Adam is fused. In float32
the layers run in oneDNN's LSTM, as nn.LSTM's do. In bfloat16 the weights are cast once a step, as autocast would, and
the recurrence is a custom function, whose gradient of the recurrent weights is one product: oneDNN's is slower
there. Prints the median step.
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F

BATCH, FRAMES, FEATURES, WORDS, SIZE, VOCABULARY = 32, 40, 1280, 13, 512, 10_000


class S2VT(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.image = torch.nn.Linear(FEATURES, SIZE)
        self.embedding = torch.nn.Embedding(VOCABULARY, SIZE)
        self.frame, self.word = torch.nn.LSTM(SIZE, SIZE), torch.nn.LSTM(2 * SIZE, SIZE)
        self.logits = torch.nn.Linear(SIZE, VOCABULARY)

    def forward(self, features, words):
        """Logits [13 * 32, 10000] after `words` [13, 32], for `features` [40, 32, 1280]."""
        dtype = features.dtype
        image, frame, word, logits = ([p.to(dtype) for p in layer.parameters()]
                                      for layer in (self.image, self.frame, self.word, self.logits))
        hidden = by_hand if dtype == torch.bfloat16 else with_onednn
        embedded = self.embedding(words).to(dtype)
        return F.linear(hidden(F.linear(features, *image), embedded, frame, word).flatten(0, 1), *logits)


def with_onednn(frames, words, frame, word):
    """Returns the upper hidden states [13, 32, 512] during decoding."""
    def lstm(x, state, weights):
        output, *state = torch._VF.lstm(x, state, weights, True, 1, 0.0, True, False, False)
        return output, state

    def columns(weights, count):
        return [weights[0][:, :count].contiguous(), *weights[1:]]

    zero = frames.new_zeros(1, BATCH, SIZE)
    seen, state = lstm(frames, (zero, zero), frame)
    silent, _ = lstm(frames.new_zeros(WORDS, BATCH, 1), state, columns(frame, 1))
    _, state = lstm(seen, (zero, zero), columns(word, SIZE))
    return lstm(torch.cat([silent, words], 2), state, word)[0]


def by_hand(frames, words, frame, word):
    """The same."""
    (of_frame, frame_hidden, *frame_bias), (of_both, word_hidden, *word_bias) = frame, word
    frame_bias, word_bias = sum(frame_bias), sum(word_bias)
    gates = torch.cat([F.linear(frames, of_frame, frame_bias), frame_bias.expand(WORDS, BATCH, -1)])
    seen = F.linear(Recurrence.apply(gates, frame_hidden), of_both[:, :SIZE], word_bias)
    said = F.linear(words, of_both[:, SIZE:])
    gates = torch.cat([seen[:FRAMES], seen[FRAMES:] + said])
    return Recurrence.apply(gates, word_hidden)[FRAMES:]


class Recurrence(torch.autograd.Function):
    """Returns the hidden states [T, B, H] of an LSTM from zeros, given the input part of the `gates` [T, B, 4H]."""

    @staticmethod
    def forward(context, gates, weight):
        by_column, size = weight.t(), weight.shape[1]
        hidden = gates.new_zeros(gates.shape[1], size)
        cell = hidden.float()
        hiddens, cells, activations = [hidden], [cell], []
        for given in gates:
            gate = torch.addmm(given, hidden, by_column).float()
            gate[:, :2 * size].sigmoid_()
            gate[:, 2 * size:3 * size].tanh_()
            gate[:, 3 * size:].sigmoid_()
            enter, keep, new, show = gate.chunk(4, 1)
            cell = keep * cell + enter * new
            hidden = (show * cell.tanh()).to(gates.dtype)
            hiddens.append(hidden)
            cells.append(cell)
            activations.append(gate)
        hiddens = torch.stack(hiddens)
        context.save_for_backward(weight, hiddens, torch.stack(cells), torch.stack(activations))
        return hiddens[1:]

    @staticmethod
    def backward(context, hiddens_gradient):
        weight, hiddens, cells, activations = context.saved_tensors
        enter, keep, new, show = activations.chunk(4, 2)
        shown = cells[1:].tanh()
        slopes = torch.cat([new * enter * (1 - enter), cells[:-1] * keep * (1 - keep),
                            enter * (1 - new * new), shown * show * (1 - show)], 2)
        into_cell = show * (1 - shown * shown)
        of_hidden, of_cell, found = 0, torch.zeros_like(cells[0]), []
        for t in reversed(range(len(activations))):
            of_hidden = of_hidden + hiddens_gradient[t].float()
            of_cell = torch.addcmul(of_cell, of_hidden, into_cell[t])
            gradient = slopes[t] * torch.cat([of_cell, of_cell, of_cell, of_hidden], 1)
            found.append(gradient.to(weight.dtype))
            of_hidden, of_cell = found[-1] @ weight, of_cell * keep[t]
        gradient = torch.stack(found[::-1])
        return gradient, gradient.flatten(0, 1).t() @ hiddens[:-1].flatten(0, 1)


def main(precision: str, threads: int):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = S2VT()
    optimizer = torch.optim.Adam(model.parameters(), 4e-4, fused=True)
    features = torch.randn(FRAMES, BATCH, FEATURES)
    words = torch.randint(4, VOCABULARY, (WORDS, BATCH))
    targets = torch.randint(4, VOCABULARY, (WORDS * BATCH,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits = model(features.bfloat16() if precision == "bf16" else features, words)
        F.cross_entropy(logits.float(), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    for _ in range(2):
        step()
    times, end = [], time.perf_counter() + 6
    while time.perf_counter() < end or len(times) < 4:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(f"s2vt {precision} med {1000 * statistics.median(times):.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
