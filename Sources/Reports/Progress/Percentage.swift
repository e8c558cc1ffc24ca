/// Returns a share as a percentage, such as "1.9 %".
package func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
