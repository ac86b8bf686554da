@testable import Engine
import Testing

@Suite struct SparseNamingTests {
  private static let sample = BankSample(features: 50, labels: 40, width: 18, seed: 81)

  private static func naming(asked: [Bool]? = nil, workers: Int = 1) -> SparseNaming {
    SparseNaming(
      .decoderNative, sample.bank, labels: sample.labels,
      asked: asked ?? [Bool](repeating: true, count: sample.count), seed: 3, workers: workers)
  }

  /// v' of a feature, and the centred labels, in `Double`.
  private static func vectors() -> (features: [[Double]], labels: [[Double]]) {
    let mean = ScoreOracle.mean(sample.texts)
    let axis = ScoreOracle.unit(mean)
    return (
      sample.features.map { v in
        ScoreOracle.unit(
          ScoreOracle.difference(v, axis, times: ScoreOracle.dot(v, axis)))
      }, sample.texts.map { ScoreOracle.unit(ScoreOracle.difference($0, mean)) }
    )
  }

  /// Each step takes the label nearest to what is left, the fit is stationary (Kuhn, Tucker), the explained share is
  /// that of the sum, and no label is left that should have been taken.
  @Test func sumsAreThoseOfAPursuitInDouble() {
    let found = Self.naming()
    let (features, labels) = Self.vectors()
    #expect(found.features == features.indices.filter { $0 != BankSample.deadFeature })
    for (feature, sum) in zip(found.features, found.sums) {
      let v = features[feature]
      var rest = v
      for (label, weight) in zip(sum.atoms, sum.weights) {
        rest = ScoreOracle.difference(rest, labels[label], times: weight)
      }
      for (label, weight) in zip(sum.atoms, sum.weights) {
        let slope = ScoreOracle.dot(rest, labels[label])
        #expect(weight >= 0 && (weight > 0 ? abs(slope) < 1e-5 : slope < 1e-5))
      }
      let explained = 1 - ScoreOracle.dot(rest, rest)
      #expect(abs((sum.shares.last ?? 0) - explained) < 1e-5)
      #expect(zip(sum.shares, sum.shares.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 })
      let cosines = labels.map { ScoreOracle.dot(v, $0) }
      if let first = sum.atoms.first {
        #expect(cosines[first] > (cosines.max() ?? 2) - 1e-5)
        #expect(abs(sum.shares[0] - cosines[first] * cosines[first]) < 1e-5)
        #expect(cosines[first] > found.leastCosine - 1e-5)
      }
      if sum.atoms.count < SparseNaming.mostLabels {
        let length = ScoreOracle.dot(rest, rest).squareRoot()
        let next =
          labels.indices.filter { !sum.atoms.contains($0) }
          .map { ScoreOracle.dot(rest, labels[$0]) }.max() ?? 0
        #expect(next <= found.leastCosine * length + 1e-5)
      }
    }
    let sizes = Set(found.sums.map(\.atoms.count))
    #expect(sizes.count > 1, "\(sizes)")
  }

  /// The limit is the 95 % quantile of best cosines of random directions: 4,000 others exceed it 5 % of the time, within
  /// four deviations of both samples.
  @Test func theLimitIsThatOfRandomDirections() {
    let found = Self.naming()
    let (_, labels) = Self.vectors()
    let axis = ScoreOracle.unit(ScoreOracle.mean(Self.sample.texts))
    var generator = SplitMix64(seed: 82)
    let above = (0..<4000).count { _ -> Bool in
      let v = generator.normals(Self.sample.width)
      let rest = ScoreOracle.unit(
        ScoreOracle.difference(v, axis, times: ScoreOracle.dot(v, axis)))
      return labels.contains { ScoreOracle.dot(rest, $0) > found.leastCosine }
    }
    let deviation: Double = (2 * 0.05 * 0.95 / 4000).squareRoot()
    let share = Double(above) / 4000
    #expect(abs(share - 0.05) < 4 * deviation)
  }

  /// A sum of two labels is found as such.
  @Test func plantedSumsAreFound() {
    let (_, labels) = Self.vectors()
    let width = Self.sample.width
    let axis = ScoreOracle.unit(ScoreOracle.mean(Self.sample.texts))
    let rows = (0..<20).flatMap { index -> [Float] in
      (0..<width).map { p -> Float in
        let sum: Double = labels[index][p] + 0.7 * labels[index + 20][p] + 0.2 * axis[p]
        return Float(sum)
      }
    }
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(name: "W", shape: [20, width], elements: rows), isTransposed: false),
        selection: FeatureSelection(all: 20), shift: nil),
      map: DirectionMap(nativeWidth: width))
    let found = SparseNaming(
      .decoderNative, bank, labels: Self.sample.labels,
      asked: [Bool](repeating: true, count: 20), seed: 3, workers: 1)
    for (feature, sum) in zip(found.features, found.sums) {
      // The first label by cosine may be one between the two.
      #expect(sum.atoms.contains(feature) && sum.atoms.contains(feature + 20))
      #expect(sum.shares.last ?? 0 > 0.95)
    }
  }

  @Test func onlyWhatIsAskedForIsDecomposedAndThreadsDoNotMatter() {
    let asked = (0..<Self.sample.count).map { $0 % 4 == 2 }
    let (some, all) = (Self.naming(asked: asked), Self.naming(workers: 3))
    #expect(some.features == all.features.filter { asked[$0] })
    #expect(some.leastCosine == all.leastCosine)
    for (feature, sum) in zip(some.features, some.sums) {
      let place = all.features.firstIndex(of: feature)
      #expect(place.map { all.sums[$0] } == sum)
    }
  }
}
