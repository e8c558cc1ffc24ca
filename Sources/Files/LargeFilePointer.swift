/// Whether `bytes` are what Git leaves of a large file that was not fetched (Git LFS).
package func isLargeFilePointer(_ bytes: some Collection<UInt8>) -> Bool {
  bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8)
}
