import Foundation
import Testing

@testable import Engine

/// What can be asked of a lens, against the definition and in worlds where it is known.
@Suite struct LensCeilingTests {
  /// A world of classes with known means, in which features fire on the likeness of a picture to
  /// the mean of their class.
  private struct World {
    var truth: GroundTruth
    var question: LensCeiling.Question

    /// Makes a world.
    ///
    /// - Parameters:
    ///   - classes: The number of classes.
    ///   - pictures: The pictures of each.
    ///   - width: The width of the joint space.
    ///   - noise: The spread of pictures around the mean of their class, in quarters.
    ///   - unknown: How many classes have the text of the next class.
    ///   - seed: Determines all numbers.
    init(
      classes: Int = 40, pictures: Int = 24, width: Int = 16, noise: Double = 0.5,
      unknown: Int = 10, seed: UInt64 = 1
    ) {
      var generator = SplitMix64(seed: seed)
      let means = (0..<classes).map { _ in LensOracle.unit(generator.normals(width)) }
      let classIDs = (0..<(classes * pictures)).map { Int32($0 % classes) }
      let embeddings = classIDs.map { id in
        zip(means[Int(id)], generator.normals(width)).map { $0 + noise / 4 * $1 + 0.1 }
      }
      let features = 3 * classes
      let images = (0..<features).map { feature in
        LensOracle.unit(
          zip(means[feature % classes], generator.normals(width)).map { $0 + 0.2 * $1 })
      }
      var builder = SparseRowsBuilder(columns: features)
      for embedding in embeddings {
        var entries = ActivationRows.Entries()
        for feature in 0..<features {
          let value = zip(embedding, images[feature]).reduce(-0.5) { $0 + $1.0 * $1.1 }
          guard value > 0 else { continue }
          entries.indices.append(Int32(feature))
          entries.values.append(Float(value))
        }
        builder.append(entries)
      }
      truth = GroundTruth(
        activations: builder.matrix, classIDs: classIDs, labelCount: classes,
        embeddings: SparseEncoderTests.tensor(Self.matrix(embeddings), name: "embeddings"))
      let text = (0..<classes).map { means[$0 < unknown ? ($0 + 1) % classes : $0] }
      let rows = Self.matrix(images)
      question = LensCeiling.Question(
        images: rows, features: Array(0..<features), names: [],
        clusters: (0..<features).map { $0 / 2 }, text: Self.matrix(text),
        labelGroups: Array(0..<classes))
      question.names = BestRows(
        among: question.text, isMasked: [Bool](repeating: false, count: classes)
      ).indices(for: rows)
    }

    static func matrix(_ rows: [[Double]]) -> Matrix {
      Matrix(
        rows: rows.count, columns: rows.first?.count ?? 0,
        elements: rows.joined().map { Float($0) })
    }
  }

  /// An orthogonal map of the space of images changes nothing, nor does its scale.
  @Test func aSpaceOfTheImagesOwnIsReadThere() {
    let world = World()
    var question = world.question
    var generator = SplitMix64(seed: 9)
    let turn = haarRotation(size: 16, using: &generator)
    var images = Matrix(rows: question.images.rows, columns: 16)
    BLAS.gemm(question.images, Matrix(rounding: turn), opB: .transpose, into: &images)
    question.images = images
    var scaled = turn
    scaled.scale(by: 3)
    question.transform = Matrix(rounding: scaled)
    let found = LensCeiling(question, truth: world.truth, splits: 3, seed: 4, workers: 2)
    let exact = LensCeiling(world.question, truth: world.truth, splits: 3, seed: 4, workers: 2)
    #expect(abs(found.known.ceiling.estimate - exact.known.ceiling.estimate) <= 0.01)
    #expect(found.known.agreement == exact.known.agreement)
    question.transform = nil
    let lost = LensCeiling(question, truth: world.truth, splits: 3, seed: 4, workers: 2)
    #expect(lost.known.ceiling.estimate < exact.known.ceiling.estimate / 2)
  }

  /// The line is c + b x through its points, whatever they are, and no line has one point.
  @Test func theInterceptIsThatOfTheLine() {
    let x: [Double] = [0.25, 0.2, 1.0 / 6, 1.0 / 7, 0.125]
    let weights = LensCeiling.interceptWeights(x)
    var value = 0.0
    for (weight, place) in zip(weights, x) { value += weight * (0.7 - 0.3 * place) }
    #expect(abs(value - 0.7) < 1e-12)
    #expect(LensCeiling.interceptWeights([0.5]).allSatisfy { $0.isNaN })
    #expect(LensCeiling.interceptWeights([]).isEmpty)
    #expect(LensCeiling.prototypeSizes(most: 8) == [4, 5, 6, 7, 8])
    #expect(LensCeiling.prototypeSizes(most: 1) == [1])
    #expect(LensCeiling.prototypeSizes(most: 0) == [])
    #expect(LensCeiling.prototypeSizes(most: 64) == [32, 40, 48, 56, 64])
  }

  /// Every outcome of a split, by plain sums over its pictures.
  @Test func outcomesAreThoseOfTheDefinition() throws {
    let world = World(classes: 12, pictures: 9, width: 7, unknown: 3)
    let (truth, question) = (world.truth, world.question)
    let embeddings = try #require(truth.embeddings)
    let reader = SplitReader(
      question: question, truth: truth, embeddings: embeddings,
      activations: try #require(truth.activations))
    let outcome = reader.outcome(seed: 5)
    var generator = SplitMix64(seed: 5)
    let halves = PictureSplit(
      truth.classIDs, classCount: 12, partCount: 2, isEqual: true, using: &generator)
    let thirds = PictureSplit(
      truth.classIDs, classCount: 12, partCount: 3, isEqual: false, using: &generator)
    let plain = PlainSplit(truth: truth, question: question)
    let best = plain.best(halves, 0)
    let other = plain.best(halves, 1)
    let classes = plain.best(thirds, 2)
    let known = plain.known(thirds)
    #expect(outcome.sizes == [2, 3] && outcome.meanInverses == [0.5, 1.0 / 3])
    #expect(outcome.knownClassCount == known.count { $0 } && outcome.classCount == 12)
    for (i, feature) in outcome.features.enumerated() {
      let fires = best[i] != nil || other[i] != nil
      #expect(feature.isReliable == (fires ? best[i] == other[i] : nil))
      #expect(feature.hasClass == (classes[i] != nil))
      guard let id = classes[i] else { continue }
      #expect(feature.isKnown == known[id])
      #expect(feature.isNamed == (Int(question.names[i]) == id))
      let found = outcome.sizes.map { plain.prototype(thirds, $0, nearest: i) == id }
      #expect(feature.isMatched == found)
    }
    #expect(outcome.features.contains { $0.isNamed } && outcome.features.contains { !$0.isKnown })
  }

  /// Text that is the mean of each class reads about what the ceiling is, on the classes that have
  /// their own text.
  @Test func aFlawlessTextReachesTheCeiling() throws {
    let world = World(noise: 0.8)
    let ceiling = LensCeiling(world.question, truth: world.truth, seed: 3, workers: 2)
    let efficiency = try #require(ceiling.efficiency)
    #expect(
      efficiency.covers(1) && efficiency.upper - efficiency.lower < 0.2,
      "\(efficiency), \(ceiling.known)")
    #expect(ceiling.partSizes == [8, 8, 8] && ceiling.splitCount == 10)
    #expect(abs(ceiling.knownClasses - 0.75) < 0.05)
    #expect(ceiling.knowledge.covers(0.75))
    #expect(ceiling.all.agreement.estimate < ceiling.known.agreement.estimate)
    #expect(ceiling.reliability.estimate > 0.5 && ceiling.notices.isEmpty)
    #expect(ceiling.known.prototypes.map(\.pictures) == [4, 5, 6, 7, 8])
    let agreements = ceiling.known.prototypes.map(\.agreement)
    #expect(ceiling.known.ceiling.estimate >= (agreements.last ?? 1) - 0.02)
  }

  @Test func threadsChangeNothingAndSeedsDo() {
    let world = World(classes: 10, pictures: 24, unknown: 3)
    let results = [(1, 1), (3, 1), (2, 2)].map { workers, seed in
      LensCeiling(
        world.question, truth: world.truth, splits: 4, replicates: 50, seed: UInt64(seed),
        workers: workers)
    }
    #expect(results[0] == results[1] && results[0] != results[2])
  }

  @Test func labelsThatCountAsOneAreKnownByEitherText() {
    var world = World(classes: 10, unknown: 10)
    world.question.labelGroups = [Int](repeating: 0, count: 10)
    let ceiling = LensCeiling(
      world.question, truth: world.truth, splits: 2, replicates: 20, seed: 1, workers: 1)
    #expect(ceiling.knownClasses == 1 && ceiling.all.agreement.estimate == 1)
  }

  @Test func fewPicturesGiveNoEfficiency() {
    let world = World(classes: 10, pictures: 12, unknown: 3)
    let ceiling = LensCeiling(
      world.question, truth: world.truth, splits: 2, replicates: 20, seed: 1, workers: 1)
    #expect(ceiling.efficiency == nil)
    #expect(
      ceiling.notices == [
        "4 pictures of a class for prototypes and 4 for truth, expected at least 8 of each for an "
          + "efficiency"
      ])
    #expect(ceiling.known.ceiling.estimate.isFinite)
  }

  /// Prototypes that name nothing right leave nothing to be a share of.
  @Test func aCeilingOfNothingGivesNoEfficiency() {
    let world = World(classes: 10, unknown: 0)
    var question = world.question
    question.images = Matrix(
      rows: question.images.rows, columns: question.images.columns,
      elements: question.images.elements.map { -$0 })
    let ceiling = LensCeiling(
      question, truth: world.truth, splits: 2, replicates: 20, seed: 1, workers: 1)
    #expect(ceiling.known.ceiling.lower <= 0 && ceiling.efficiency == nil)
    #expect(
      ceiling.notices == [
        "the ceiling is not known to be over 0, so that nothing can be a share of it"
      ])
  }

  @Test(arguments: [(1, 24), (3, 1), (3, 2)])
  func smallWorldsAreRead(classes: Int, pictures: Int) {
    let world = World(classes: classes, pictures: pictures, unknown: 0)
    let ceiling = LensCeiling(
      world.question, truth: world.truth, splits: 2, replicates: 20, seed: 1, workers: 1)
    // With one class all prototypes are equal to their mean, and none can be told from others.
    if classes == 1 { #expect(ceiling.known.prototypes.allSatisfy { $0.agreement == 0 }) }
    if pictures == 1 {
      #expect(ceiling.known.agreement.estimate.isNaN && ceiling.knownClasses == 0)
      #expect(ceiling.reliability.estimate.isNaN)
    }
  }

  @Test func withoutFeaturesNothingIsCounted() {
    var world = World(classes: 4)
    world.question.images = Matrix(rows: 0, columns: 16)
    (world.question.features, world.question.names, world.question.clusters) = ([], [], [])
    let ceiling = LensCeiling(
      world.question, truth: world.truth, splits: 2, replicates: 20, seed: 1, workers: 1)
    #expect(ceiling.all.agreement.estimate.isNaN && ceiling.reliability.lower.isNaN)
    #expect(ceiling.efficiency == nil)
  }
}

/// What a split says of features, by the definitions.
private struct PlainSplit {
  let truth: GroundTruth
  let question: LensCeiling.Question

  private var width: Int { question.images.columns }

  private func members(_ split: PictureSplit, _ part: UInt8, _ id: Int) -> [Int] {
    split.parts.indices.filter { split.parts[$0] == part && Int(truth.classIDs[$0]) == id }
  }

  /// The best class of each feature.
  func best(_ split: PictureSplit, _ part: UInt8) -> [Int?] {
    let dense = truth.activations?.dense ?? Matrix(rows: 0, columns: 0)
    return (0..<dense.rows).map { feature in
      let means = (0..<truth.labelCount).map { id -> Double in
        let pictures = members(split, part, id)
        let sum = pictures.reduce(0) { $0 + Double(dense[feature, $1]) }
        return pictures.isEmpty ? 0 : sum / Double(pictures.count)
      }
      guard let greatest = means.max(), greatest > 0 else { return nil }
      return means.firstIndex(of: greatest)
    }
  }

  private func mean(_ pictures: [Int]) -> [Double] {
    let rows = truth.embeddings?.matrix() ?? Matrix(rows: 0, columns: width)
    let units = pictures.map { LensOracle.unit(rows.row($0).map { Double($0) }) }
    return (0..<width).map { j in
      units.reduce(0) { $0 + $1[j] } / Double(max(1, pictures.count))
    }
  }

  /// Whether each class is known.
  func known(_ split: PictureSplit) -> [Bool] {
    (0..<truth.labelCount).map { id in
      let mean = mean(members(split, 0, id))
      let scores = (0..<question.text.rows).map { label in
        zip(question.text.row(label), mean).reduce(0) { $0 + Double($1.0) * $1.1 }
      }
      // Texts that are equal have equal products, of which the first is taken.
      let best = scores.indices.max { scores[$0] < scores[$1] - 1e-6 } ?? 0
      return best == id
    }
  }

  /// The class whose prototype of so many pictures is nearest to a feature.
  func prototype(_ split: PictureSplit, _ size: Int, nearest feature: Int) -> Int? {
    let means = (0..<truth.labelCount).map { id in
      mean(members(split, 1, id).filter { split.ranks[$0] < size })
    }
    let center = (0..<width).map { j in
      means.reduce(0) { $0 + $1[j] } / Double(means.count)
    }
    let scores = means.map { mean in
      let row = LensOracle.unit(zip(mean, center).map { $0 - $1 })
      return zip(question.images.row(feature), row).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    return scores.indices.max { scores[$0] < scores[$1] }
  }
}
