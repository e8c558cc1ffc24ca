import Files
import Foundation
import ImageEncoders
import Layers
import TestSupport
import Testing

@testable import Captioning

extension CaptioningTests {
  /// Copies of `config.json` that were written before `cutline.model/2`.
  @Suite("Upgrade of cutline.model/1")
  struct ConfigurationUpgradeTests {
    private static let encoder = """
      {"type": "mobilenet_v2", "input": 224, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
      "resize": "squash-bilinear-antialias", "padding": "symmetric"
      """

    /// The two models that come with Cutline.
    static let shipped: [(former: String, upgraded: String)] = [
      (
        """
        {"schema": "cutline.model/1", "encoder": \(encoder)},
        "decoder": {"type": "lstm", "embed": 512, "hidden": 512, "layers": 1, "attention": "soft",
        "image": "initial_state", "annotation": 512, "attention_size": 512},
        "decode": {"beam": 3, "max_words": 20, "no_repeat": 3}, "license": "Apache-2.0",
        "started_from": "MobileNetV2, ImageNet (ONNX model zoo; Apache-2.0)", "trained_on": "flickr8k",
        "metrics": {"bleu_4": 0.228, "cider": 0.556}}
        """,
        """
        {"schema": "cutline.model/2", "encoder": \(encoder)},
        "decoder": {"type": "show_attend_tell", "embed": 512, "hidden": 512, "annotation_size": 512,
        "attention_size": 512, "cell": {"type": "lstm", "layers": 1}},
        "decode": {"beam": 3, "max_words": 20, "no_repeat": 3}, "license": "Apache-2.0",
        "started_from": "MobileNetV2, ImageNet (ONNX model zoo; Apache-2.0)", "trained_on": "flickr8k",
        "metrics": {"bleu_4": 0.228, "cider": 0.556}}
        """
      ),
      (
        """
        {"schema": "cutline.model/1", "encoder": \(encoder), "grid": 2},
        "decoder": {"type": "lstm", "embed": 512, "hidden": 512, "layers": 2, "attention": "none",
        "image": "frames"}, "frames": 8, "decode": {"beam": 3, "max_words": 25, "no_repeat": 3},
        "license": "Apache-2.0", "started_from": "MobileNetV2, ImageNet (ONNX model zoo; Apache-2.0)",
        "trained_on": "pictures of Flickr8k under a moving camera, and drawn moving shapes",
        "metrics": {"bleu_4": 0.471, "cider": 3.826}}
        """,
        """
        {"schema": "cutline.model/2", "encoder": \(encoder), "grid": 2},
        "decoder": {"type": "s2vt", "embed": 512, "hidden": 512, "cell": {"type": "lstm", "layers": 2}},
        "frames": 8, "decode": {"beam": 3, "max_words": 25, "no_repeat": 3},
        "license": "Apache-2.0", "started_from": "MobileNetV2, ImageNet (ONNX model zoo; Apache-2.0)",
        "trained_on": "pictures of Flickr8k under a moving camera, and drawn moving shapes",
        "metrics": {"bleu_4": 0.471, "cider": 3.826}}
        """
      ),
    ]

    @Test("of a shipped model gives what is written today", arguments: shipped)
    func model(former: String, upgraded: String) throws {
      let configuration = try read(former)
      #expect(try configuration == read(upgraded))
      #expect(try configuration.json == JSONValue(reading: Array(upgraded.utf8)))
    }

    /// Decoders as they stood in checkpoints.
    static let decoders: [(former: String, upgraded: String)] = [
      (
        """
        {"type": "gru", "embed": 16, "hidden": 12, "layers": 2, "gru_reset": "before", "residual": true,
        "attention": "soft", "image": "initial_state", "annotation": 8, "attention_size": 9, "tied": true}
        """,
        """
        {"type": "show_attend_tell", "embed": 16, "hidden": 12, "annotation_size": 8,
        "attention_size": 9, "cell": {"type": "gru", "layers": 2, "residual": true, "reset": "before"},
        "tied": true}
        """
      ),
      (
        #"{"type": "gru", "embed": 16, "hidden": 12, "layers": 1, "attention": "none", "image": "first"}"#,
        """
        {"type": "show_and_tell", "embed": 16, "hidden": 12,
        "cell": {"type": "gru", "layers": 1, "reset": "after"}}
        """
      ),
      (
        """
        {"type": "rnn", "embed": 16, "hidden": 12, "layers": 2, "attention": "none", "image": "every_word",
        "factored": true}
        """,
        """
        {"type": "lrcn", "embed": 16, "hidden": 12, "factored": true,
        "cell": {"type": "rnn", "layers": 2}}
        """
      ),
      (
        #"{"type": "lstm", "embed": 16, "hidden": 12, "layers": 1, "image": "every_word"}"#,
        """
        {"type": "lrcn", "embed": 16, "hidden": 12, "factored": false,
        "cell": {"type": "lstm", "layers": 1}}
        """
      ),
      (
        """
        {"type": "lstm", "embed": 16, "hidden": 12, "layers": 1, "attention": "temporal",
        "image": "initial_state", "annotation": 8, "attention_size": 9}
        """,
        """
        {"type": "temporal_attention", "embed": 16, "hidden": 12, "annotation_size": 8,
        "attention_size": 9, "cell": {"type": "lstm", "layers": 1}}
        """
      ),
      (
        """
        {"type": "lstm", "embed": 16, "hidden": 12, "layers": 1, "attention": "none", "image": "frames",
        "task": "classify"}
        """,
        """
        {"type": "frame_classifier", "embed": 16, "hidden": 12, "cell": {"type": "lstm", "layers": 1}}
        """
      ),
      (
        #"{"type": "lstm", "embed": 16, "hidden": 12}"#,
        """
        {"type": "show_and_tell", "embed": 16, "hidden": 12, "cell": {"type": "lstm", "layers": 1}}
        """
      ),
    ]

    @Test("of a checkpoint's decoder gives what is written today", arguments: decoders)
    func decoder(former: String, upgraded: String) throws {
      func whole(_ schema: Int, _ decoder: String) -> String {
        """
        {"schema": "cutline.model/\(schema)", "encoder": \(Self.encoder)}, "decoder": \(decoder),
        "later": [1]}
        """
      }
      let configuration = try read(whole(1, former))
      #expect(try configuration == read(whole(2, upgraded)))
      #expect(
        try configuration.json["decoder"] == JSONValue(reading: Array(upgraded.utf8)))
    }

    @Test("leaves an encoder alone, and keys that it does not know")
    func others() throws {
      let text = #"{"schema":"cutline.model/1","later":[1],"decoder":{"type":"lstm","later":2}}"#
      let upgraded = try ModelConfiguration.upgraded(JSONValue(reading: Array(text.utf8)))
      #expect(upgraded["later"] == [1] && upgraded["decoder"]?["later"] == 2)
      let encoder = try read("{\"schema\": \"cutline.model/1\", \"encoder\": \(Self.encoder)}}")
      #expect(encoder.decoder == nil)
    }

    /// A file without a mistake.
    private static let good = """
      {"schema":"cutline.model/1","encoder":{"type":"resnet50","input":224,"mean":[0.485,0.456,0.406],\
      "std":[0.229,0.224,0.225],"resize":"shorter-side-bilinear-antialias","resize_value":256,\
      "padding":"symmetric"},"decoder":{"type":"lstm","embed":4,"hidden":5,"layers":1,\
      "attention":"none","image":"first"},"decode":{"beam":2,"max_words":7}}
      """

    /// Replacements in a good file, and the setting that is to blame then, under the name that it has there.
    static let problems: [(good: String, bad: String, key: String, problem: String)] = [
      ("\"decoder\":{", "\"decoder\":3,\"x\":{", "decoder", "is 3, but must be an object"),
      ("resnet50", "alexnet", "encoder.type", "is \"alexnet\", but must be one of mobilenet_v2"),
      (
        "\"gru\"", "\"gru\",\"gru_reset\":\"never\"", "decoder.gru_reset", "must be before or after"
      ),
      ("\"lstm\"", "\"transformer\"", "decoder.type", "but must be one of lstm, gru, rnn"),
      (
        "\"embed\":4", "\"embed\":0", "decoder.embed",
        "is 0, but must be a whole number from 1 to 65536"
      ),
      (
        "\"hidden\":5", "\"hidden\":\"5\"", "decoder.hidden", "is \"5\", but must be a whole number"
      ),
      (
        "\"layers\":1", "\"layers\":65", "decoder.layers",
        "is 65, but must be a whole number from 1 to 64"
      ),
      (
        "\"layers\":1", "\"layers\":1,\"residual\":1", "decoder.residual",
        "is 1, but must be true or false"
      ),
      (
        "\"layers\":1", "\"layers\":1,\"tied\":true", "decoder.tied",
        "needs 'embed' and 'hidden' to be the same, not 4 and 5"
      ),
      (
        "\"none\"", "\"soft\"", "decoder.annotation", "is missing, but must be a whole number"
      ),
      (
        "\"none\"", "\"hard\"", "decoder.attention",
        "is \"hard\", but must be one of none, soft, temporal"
      ),
      (
        "\"first\"", "\"every\"", "decoder.image",
        "is \"every\", but must be one of first, initial_state, every_word, frames"
      ),
      (
        "\"first\"", "\"initial_state\"", "decoder.image",
        "is \"initial_state\"; with this attention it can only be \"first\""
      ),
      (
        "\"first\"", "\"frames\"", "decoder.layers", "must be 2, of which one reads frames"
      ),
      (
        "\"first\"", "\"every_word\",\"factored\":true", "decoder.layers", "must be 2 or more"
      ),
      (
        "\"first\"", "\"first\",\"task\":\"classify\"", "decoder.image",
        "is \"first\"; with this task it can only be \"frames\""
      ),
      (
        "\"none\"", "\"soft\",\"task\":\"classify\"", "decoder.attention",
        "is \"soft\"; with this task it can only be \"none\""
      ),
      (
        "\"first\"", "\"frames\",\"task\":\"classify\",\"tied\":true", "decoder.tied",
        "is for decoders that read words"
      ),
      (
        "\"first\"", "\"frames\",\"task\":\"sort\"", "decoder.task",
        "is \"sort\", but must be one of caption, classify"
      ),
    ]

    @Test("a setting that cannot be used has the name that it has in the file", arguments: problems)
    func problem(good: String, bad: String, key: String, problem: String) throws {
      let text = good == "\"gru\"" ? Self.good.replacing("\"lstm\"", with: good) : Self.good
      _ = try read(text)
      let range = try #require(text.range(of: good), "\(good) is not in \(text)")
      let found = try #require(throws: ConfigurationProblem.self) {
        _ = try read(text.replacingCharacters(in: range, with: bad))
      }
      #expect(found.key == key)
      #expect(found.problem.contains(problem), "\(found.problem)")
    }

    private func read(_ text: String) throws -> ModelConfiguration {
      try ModelConfiguration(JSONValue(reading: Array(text.utf8)))
    }
  }
}
