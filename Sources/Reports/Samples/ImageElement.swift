import Files
import Media

/// Returns a picture as an element of a page that holds it.
package func imageElement(_ image: Image, name: String) -> String {
  "<img src=\"data:image/jpeg;base64,\(base64(image.jpegBytes()))\" width=\"\(image.width)\" "
    + "height=\"\(image.height)\" loading=\"lazy\" alt=\"\(escapedForHTML(visibleName(name)))\"/>"
}
