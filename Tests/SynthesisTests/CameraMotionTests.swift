import Testing

@testable import Synthesis

@Suite("Camera motions")
struct CameraMotionTests {
  @Test("are undone by their reverse, which is another")
  func reversed() {
    for motion in CameraMotion.allCases {
      #expect(motion.reversed != motion)
      #expect(motion.reversed.reversed == motion)
    }
    #expect(CameraMotion.panUp.reversed == .panDown)
    #expect(CameraMotion.zoomIn.reversed == .zoomOut)
  }

  @Test(
    "are told behind the picture's caption, which stays but for the marks at its end",
    arguments: [
      ("A dog runs left .", .panLeft, "A dog runs left while the camera pans left"),
      (
        "Two men play basketball ,", .panRight,
        "Two men play basketball while the camera pans right"
      ),
      ("a sign that says \"Ok.\"", .panUp, "a sign that says \"Ok.\" while the camera pans up"),
      ("No. 9 scores...", .panDown, "No. 9 scores while the camera pans down"),
      ("Élan !", .zoomIn, "Élan while the camera zooms in"),
      ("a dog", .zoomOut, "a dog while the camera zooms out"),
      (" . ", .zoomOut, nil),
      ("", .panUp, nil),
    ] as [(String, CameraMotion, String?)])
  func caption(caption: String, motion: CameraMotion, expected: String?) {
    #expect(motion.caption(of: caption) == expected)
  }
}
