// So that `import Captioning` is enough to caption.
@_exported import struct Media.ClipSampling
@_exported import struct Media.Image
@_exported import struct Media.MediaError
