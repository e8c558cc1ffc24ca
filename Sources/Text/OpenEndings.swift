/// The words that something must follow: a caption that ends in one has broken off.
package enum OpenEndings {
  package static let words = """
    a an the and or but while as of with without in into on onto at to from for by near before after upon \
    is are am was were his their its some
    """.split(separator: " ").map(String.init)
}
