"""One training step of our Show, Attend and Tell in PyTorch, in its fastest form: peer_attention.py TYPE THREADS

Batch 64, features 49x1280, 12 words and <eos>, annotations, attention, embedding and hidden state 512, 10,000
words. Keys are projected once for all steps, word logits and their loss are computed once for all, the cell is
nn.LSTMCell, Adam is fused. In bf16 under autocast, whichever of the two is faster. Prints the median step.
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F

BATCH, POSITIONS, FEATURES, WORDS, SIZE, VOCABULARY = 64, 49, 1280, 13, 512, 10_000


class Captioner(torch.nn.Module):
    def __init__(self):
        super().__init__()
        linear = torch.nn.Linear
        self.annotation, self.key, self.query = linear(FEATURES, SIZE), linear(SIZE, SIZE), linear(SIZE, SIZE)
        self.scoring, self.gate = linear(SIZE, 1, bias=False), linear(SIZE, SIZE)
        self.first_hidden, self.first_cell = linear(SIZE, SIZE), linear(SIZE, SIZE)
        self.embedding, self.cell = torch.nn.Embedding(VOCABULARY, SIZE), torch.nn.LSTMCell(2 * SIZE, SIZE)
        self.from_hidden, self.from_seen = linear(SIZE, SIZE), linear(SIZE, SIZE)
        self.logits = linear(SIZE, VOCABULARY)

    def forward(self, features, words):
        annotations = F.relu(self.annotation(features))
        keys, mean = self.key(annotations), annotations.mean(1)
        hidden, cell = torch.tanh(self.first_hidden(mean)), torch.tanh(self.first_cell(mean))
        embedded = self.embedding(words)
        hiddens, seen_by_step, coverage = [], [], 0
        for step in range(words.shape[1]):
            scores = self.scoring(torch.tanh(keys + self.query(hidden)[:, None])).squeeze(2)
            weights = torch.softmax(scores, 1)
            context = torch.bmm(weights[:, None].to(annotations.dtype), annotations)[:, 0]
            seen = torch.sigmoid(self.gate(hidden)) * context
            hidden, cell = self.cell(torch.cat([embedded[:, step], seen.to(embedded.dtype)], 1), (hidden, cell))
            coverage = coverage + weights
            hiddens.append(hidden)
            seen_by_step.append(seen)
        outputs = embedded + self.from_hidden(torch.stack(hiddens, 1)) + self.from_seen(torch.stack(seen_by_step, 1))
        return self.logits(outputs), coverage


def main(precision: str, threads: int):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = Captioner()
    optimizer = torch.optim.Adam(model.parameters(), 4e-4, fused=True)
    features = torch.randn(BATCH, POSITIONS, FEATURES)
    words = torch.randint(4, VOCABULARY, (BATCH, WORDS))
    targets = torch.randint(4, VOCABULARY, (BATCH * WORDS,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            logits, coverage = model(features, words)
            loss = F.cross_entropy(logits.flatten(0, 1).float(), targets)
        loss = loss + ((1 - coverage.float()) ** 2).sum() / targets.numel()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    for _ in range(2):
        step()
    times, end = [], time.perf_counter() + 6
    while time.perf_counter() < end or len(times) < 4:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(f"attention {precision} med {1000 * statistics.median(times):.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
