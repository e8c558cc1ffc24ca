/// A share as people read it, such as "1.9 %".
func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
