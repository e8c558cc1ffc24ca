/// Returns true if `bytes` are a Git LFS pointer, which stands for a large file that was not fetched.
package func isLargeFilePointer(_ bytes: some Collection<UInt8>) -> Bool {
  bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8)
}
