import Files
import TestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsFileTests {
  /// `scripts/fixtures/safetensors_reference.py` wrote it with the reference library.
  static func fixture(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name).safetensors"
  }

  @Test("agree with the reference library on every element type")
  func everyType() throws {
    let file = try SafetensorsFile(Self.fixture("every-type"))
    #expect(file.metadata == ["format": "pt", "note": "a \"b\""])
    #expect(file.entries.count == 10)
    #expect(file.entries.map(\.range.lowerBound) == file.entries.map(\.range.lowerBound).sorted())

    func values<Value>(_ name: String, as: Value.Type) throws -> [Value] {
      let entry = try #require(file[name])
      return file.withBytes(of: entry) { bytes in
        stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
        }
      }
    }
    #expect(try values("f64", as: Double.self) == [1.5, -2])
    #expect(try values("f32", as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try values("f16", as: Float16.self) == [0.5])
    #expect(try values("i64", as: Int64.self) == [-7])
    #expect(try values("i32", as: Int32.self) == [3, -3])
    #expect(try values("i8", as: Int8.self) == [-1, 1, 2])
    #expect(try values("u8", as: UInt8.self) == [200])
    #expect(try values("bool", as: UInt8.self) == [1, 0, 1])
    #expect(try values("odd \"name\"\n\u{e9}\u{1f600}", as: Float.self) == [9])
    #expect(file["f32"]?.shape == [2, 3])
    #expect(file["i64"]?.shape == [])
    #expect(file["none"]?.shape == [0, 4])
    #expect(file["none"]?.range.isEmpty == true)
    #expect(file["missing"] == nil)
  }

  @Test("are refused as files are: missing, a folder, empty")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    #expect(try fileProblem("\(folder.path)/none") == .missing)
    #expect(try fileProblem(folder.path) == .folder)
    #expect(try fileProblem(folder.write("", to: "empty")) == .empty)
  }

  private func fileProblem(_ path: String) throws -> FileError.Problem? {
    do throws(SafetensorsError) {
      _ = try SafetensorsFile(path)
      return nil
    } catch {
      guard case .unreadable(let fileError) = error.problem else { throw error }
      #expect(error.description == fileError.description)
      return fileError.problem
    }
  }
}
