import Engine
import Foundation

// Prints CSV: what, shape, repeats, best and median seconds, rate and its unit. The scan is timed in
// turn with the two bare products of its shapes, so that their ratio holds on a noisy machine.

print("name,shape,repeats,best_seconds,median_seconds,rate,unit")
for (m, n, k) in [(240, 272, 768), (240, 272, 1024), (2048, 1000, 768), (2048, 3072, 768)] {
  benchmarkProduct(m: m, n: n, k: k)
}
let features = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 65_536
let model = try SyntheticModel(features: features, width: 1024, embeddingWidth: 768, labels: 1000)
try benchmarkScan(model)
FileHandle.standardError.write(
  Data("# \(Machine.processorName), \(BLAS.configuration), kernel \(BLAS.coreName)\n".utf8))
