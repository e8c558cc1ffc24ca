import Files
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// From FIPS 180-4's example and the NIST test vectors.
  @Test(
    "agrees with the published examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(text: String, expected: String) throws {
    let folder = try TemporaryFolder()
    var hash = SHA256()
    for byte in text.utf8 { withUnsafeBytes(of: byte) { hash.update($0) } }
    #expect(hash.digest().description == expected)
    #expect(
      try SHA256.digest(ofFile: folder.write(text, to: "file")) == SHA256Digest(expected))
  }

  @Test("is read from 64 hexadecimal digits only")
  func reading() {
    let digits = String(repeating: "0aF", count: 21) + "9"
    #expect(SHA256Digest(digits)?.description == digits.lowercased())
    #expect(SHA256Digest(String(digits.dropLast())) == nil)
    #expect(SHA256Digest(digits + "0") == nil)
    #expect(SHA256Digest("g" + digits.dropFirst()) == nil)
    #expect(SHA256Digest("\u{e9}" + digits.dropFirst(2)) == nil)
  }
}
