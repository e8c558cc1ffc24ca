/// Takes a caption apart into lower-case words, as coco-caption does before it scores.
///
/// The words are those of Stanford's PTBTokenizer 3.4.1 (`-preserveLines -lowerCase`) without the
/// punctuation that coco-caption drops, so that training and every score speak of the same words.
/// Written from the tokenizer's observed behaviour (scripts/fixtures/tokenizer.py), oddities
/// included: "-lrb-" for a bracket, "cents" for ¢, no emoji. A token of several parts, "1 1/2",
/// holds no-break spaces, as there.
///
/// Each caption is read by itself. The reference looks past a line's end: "vitamin C." last in a
/// caption loses its stop there if the next caption begins with a word such as "The".
public struct CaptionTokenizer: Sendable {
  /// What `tokenizer_config.json` says, so that a model meets only captions cut its own way.
  public struct Identity: Codable, Hashable, Sendable {
    public var type: String
    public var version: Int

    public init(type: String, version: Int) {
      self.type = type
      self.version = version
    }
  }

  /// The most words a caption gives; what follows is dropped without a word.
  ///
  /// People stay below 100, and a hostile file must not fill the memory.
  public static let wordLimit = 1000
  /// The most Unicode scalars of a caption that are looked at, for the same reason.
  package static let lengthLimit = 1 << 15

  public init() {}

  public var identity: Identity { Identity(type: "ptb-lower", version: 1) }

  /// Returns the words of `caption`, at most `wordLimit`; line ends part words like blanks.
  public func words(of caption: String) -> [String] {
    var scanner = TokenScanner(caption, lengthLimit: Self.lengthLimit)
    var words: [String] = []
    while words.count < Self.wordLimit, let token = scanner.next() {
      if !isPunctuation(token) { words.append(token) }
    }
    return words
  }

  /// Whether coco-caption drops `token`.
  ///
  /// Its list has the brackets in capitals, "-LRB-", where the tokens are in lower case, so
  /// brackets stay.
  private func isPunctuation(_ token: String) -> Bool {
    // Swift takes the Greek question mark for a semicolon; coco-caption does not.
    guard token.utf8.count <= 3, token.utf8.first ?? 0 < 0x80 else { return false }
    return switch token {
    case "''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";": true
    default: false
    }
  }
}
