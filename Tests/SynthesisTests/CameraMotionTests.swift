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
      ("A dog runs left .", .panLeft, "the camera pans left while a dog runs left"),
      (
        "Two men play basketball ,", .panRight,
        "the camera pans right while two men play basketball"
      ),
      ("a sign that says \"Ok.\"", .panUp, "the camera pans up while a sign that says \"Ok.\""),
      ("No. 9 scores...", .panDown, "the camera pans down while no. 9 scores"),
      ("Élan !", .zoomIn, "the camera zooms in while élan"),
      ("NASA sends a rocket up", .zoomIn, "the camera zooms in while NASA sends a rocket up"),
      ("a dog", .zoomOut, "the camera zooms out while a dog"),
      (" . ", .zoomOut, nil),
      ("", .panUp, nil),
    ] as [(String, CameraMotion, String?)])
  func caption(caption: String, motion: CameraMotion, expected: String?) {
    #expect(motion.caption(of: caption) == expected)
  }
}
