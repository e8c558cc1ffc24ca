/// Returns the id that a file's name says: the number of `000000000139.jpg` and `COCO_val2014_000000000139.jpg`, else
/// the name without its extension.
package func cocoImageID(ofFile path: String) -> JSONValue {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  let stem =
    name.lastIndex(of: ".").map { $0 > name.startIndex ? String(name[..<$0]) : name } ?? name
  let digits = stem.hasPrefix("COCO_") ? stem.split(separator: "_").last.map(String.init) : stem
  guard let digits, !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
    let number = Int(digits), number < 1 << 53
  else { return .string(visibleName(stem)) }
  return .number(Double(number))
}
