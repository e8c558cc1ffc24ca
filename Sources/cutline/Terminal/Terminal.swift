import Files
import Glibc

/// The terminal behind standard error, if a person is looking at it.
struct Terminal: Sendable {
  /// True if it can show block characters besides ASCII.
  let hasBlocks: Bool

  /// The terminal; nil if standard error is redirected, or the terminal cannot return to the start
  /// of a line.
  static var current: Terminal? {
    guard StandardStream.error.isTerminal, Variable.terminal.value != "dumb" else { return nil }
    let locale = [Variable.locale, .characterType, .language].compactMap(\.value).first ?? ""
    let encoding = locale.lowercased()
    return Terminal(hasBlocks: encoding.contains("utf-8") || encoding.contains("utf8"))
  }

  /// The width in characters, read anew each time, since windows change.
  static var columnCount: Int {
    var size = winsize()
    if ioctl(StandardStream.error.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return Variable.columns.value.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// Returns a bar of `width` characters of which `share`, in `0...1`, is filled.
  func bar(_ share: Double, width: Int) -> String {
    let share = share > 0 ? min(share, 1) : 0
    guard hasBlocks else {
      let filled = Int(share * Double(width - 2))
      return "[" + String(repeating: "#", count: filled)
        + String(repeating: ".", count: width - 2 - filled) + "]"
    }
    let eighths = Int(share * Double(width * 8))
    let full = String(repeating: "\u{2588}", count: eighths / 8)
    let part = eighths % 8 == 0 ? "" : String(Self.blocks[eighths % 8 - 1])
    return full + part + String(repeating: "\u{2591}", count: width - full.count - part.count)
  }

  /// One to seven eighths of a block.
  private static let blocks = Array("\u{258F}\u{258E}\u{258D}\u{258C}\u{258B}\u{258A}\u{2589}")
}
