import Dispatch
import Files
import Synchronization

/// The comparison of a model's files with `SHA256SUMS`, on a thread of its own.
///
/// Hashing takes longer than loading, so only the first captions wait for the outcome. A class, because two
/// threads share it; the lock guards the outcome.
package final class ChecksumVerification: Sendable {
  private let outcome = Mutex<ModelError?>(nil)
  private let group = DispatchGroup()

  /// Starts to check the folder.
  init(of folder: String) {
    DispatchQueue.global(qos: .userInitiated).async(group: group) {
      do throws(ModelError) {
        try Self.verify(folder)
      } catch {
        self.outcome.withLock { $0 = error }
      }
    }
  }

  /// Returns once the files are known to be whole.
  package func wait() throws(ModelError) {
    group.wait()
    if let error = outcome.withLock({ $0 }) { throw error }
  }

  /// Checks every listed file, and that every file a model is made of is listed.
  static func verify(_ folder: String) throws(ModelError) {
    let path = "\(folder)/\(ModelDirectory.FileName.checksums)"
    let list: ChecksumList
    do throws(ChecksumError) {
      list = try ChecksumList(reading: path)
    } catch {
      throw ModelError(path, .checksum(error))
    }
    let listed = Set(list.entries.map(\.name))
    for name in ModelDirectory.FileName.decisive
    where !listed.contains(name) && isFile("\(folder)/\(name)") {
      throw ModelError(path, .unlisted(name))
    }
    do throws(ChecksumError) {
      try list.verify(in: folder)
    } catch {
      throw ModelError(error.path, .checksum(error))
    }
  }
}
