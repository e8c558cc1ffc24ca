#!/usr/bin/env bash
# timm's efficientnet_lite0 and tf_efficientnet_lite0 take each other's weights strictly, and then compute
# something else.
#
# Seen with: timm 1.0.31, PyTorch 2.15.0 (CPU).
# Both have the same 296 tensors under the same names and shapes, so load_state_dict(strict=True) says that all keys
# match. But the one pads its convolutions as PyTorch does and has a norm epsilon of 1e-5, the other as TensorFlow
# does and 1e-3. A file of weights does not say which it was trained for; only the name of the model does.
# Seen: no key missing, no key unexpected; features of one picture differ by 0.12 of their length (random weights).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install -q --disable-pip-version-check timm==1.0.31 torch==2.15.0 torchvision==0.29.2 numpy==2.4.6

python/bin/python - <<'PYTHON'
import timm
import torch

torch.manual_seed(0)
plain = timm.create_model("efficientnet_lite0", pretrained=False).eval()
tf = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
# Norms that have seen pictures, as those of trained weights have.
for name, value in plain.named_buffers():
    if name.endswith("running_var"):
        value.copy_(torch.rand(value.shape) * 0.1 + 0.01)
missing, unexpected = tf.load_state_dict(plain.state_dict(), strict=True)
print(f"tensors {len(plain.state_dict())}, missing {missing}, unexpected {unexpected}")
assert not missing and not unexpected, "the names differ now"
picture = torch.rand(1, 3, 224, 224)
with torch.inference_mode():
    a, b = (network.forward_features(picture).mean((2, 3)) for network in (plain, tf))
distance = float((a - b).norm() / a.norm())
print(f"relative distance of the features: {distance:.2f}")
assert distance > 0.05, "they compute the same now"
PYTHON
