#if canImport(Glibc)
import Glibc
#endif

/// e to the power of `x`, in double precision.
func exponential(_ x: Float) -> Double { exp(Double(x)) }
