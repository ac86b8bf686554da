/// What one split says of each feature.
struct SplitOutcome: Sendable {
  /// What is found out about a feature.
  struct Feature: Sendable {
    /// Whether both halves have the same best class; nil if it fires in neither.
    var isReliable: Bool?
    /// Whether it has a true class by the pictures for truth.
    var hasClass = false
    /// Whether that class is known.
    var isKnown = false
    /// Whether the lens gives it that class.
    var isNamed = false
    /// Whether prototypes of each size give it that class.
    var isMatched: [Bool] = []
  }

  var features: [Feature]
  /// The numbers of pictures that prototypes are made of.
  let sizes: [Int]
  /// The mean of 1/m over classes for each size.
  let meanInverses: [Double]
  /// The pictures of a class in each part, in the median.
  let partSizes: [Int]
  /// The classes that have a prototype for knowledge, and those of them that are known.
  let classCount: Int
  let knownClassCount: Int
}

/// Reads features by splits of the pictures.
struct SplitReader: Sendable {
  private let question: LensCeiling.Question
  private let truth: GroundTruth
  private let embeddings: Tensor
  /// The activations of the features asked for, [m, N].
  private let activations: SparseMatrix
  private let text: BestRows

  private enum Part {
    static let knowledge: UInt8 = 0
    static let prototypes: UInt8 = 1
    static let truth: UInt8 = 2
  }

  init(
    question: LensCeiling.Question, truth: GroundTruth, embeddings: Tensor,
    activations: SparseMatrix
  ) {
    self.question = question
    self.truth = truth
    self.embeddings = embeddings
    self.activations = activations
    let isMasked = (0..<question.text.rows).map { row in
      question.text.row(row).allSatisfy { $0 == 0 }
    }
    text = BestRows(among: question.text, isMasked: isMasked)
  }

  /// What one split in halves, and one in three, say.
  func outcome(seed: UInt64) -> SplitOutcome {
    var generator = SplitMix64(seed: seed)
    let halves = split(in: 2, isEqual: true, using: &generator)
    let thirds = split(in: 3, isEqual: false, using: &generator)
    let partSizes = (0..<3).map { thirds.medianCount(of: $0, totals: truth.pictureCounts) }
    let sizes = LensCeiling.prototypeSizes(most: partSizes[1])
    let isKnown = knownClasses(thirds)
    var features = (0..<question.images.rows).map { _ in SplitOutcome.Feature() }
    addReliability(halves, to: &features)
    let classes = bestClasses(thirds, part: Part.truth)
    let groups = question.labelGroups
    for (i, id) in classes.enumerated() where id >= 0 {
      features[i].hasClass = true
      features[i].isKnown = isKnown[Int(id)] == true
      let name = question.names[i]
      features[i].isNamed = name >= 0 && groups[Int(name)] == groups[Int(id)]
    }
    let inverses = addMatches(thirds, sizes: sizes, classes: classes, to: &features)
    return SplitOutcome(
      features: features, sizes: sizes, meanInverses: inverses, partSizes: partSizes,
      classCount: isKnown.count { $0 != nil }, knownClassCount: isKnown.count { $0 == true })
  }

  private func split(
    in parts: Int, isEqual: Bool, using generator: inout some RandomNumberGenerator
  ) -> PictureSplit {
    PictureSplit(
      truth.classIDs, classCount: truth.labelCount, partCount: parts, isEqual: isEqual,
      using: &generator)
  }

  /// The best class of each feature by the pictures of one part.
  private func bestClasses(_ split: PictureSplit, part: UInt8) -> [Int32] {
    var sums = ClassSums(truth)
    return (0..<activations.rows).map {
      sums.classID(
        of: $0, in: activations, part: part, of: split.parts, counts: split.counts[Int(part)])
    }
  }

  private func addReliability(
    _ halves: PictureSplit, to features: inout [SplitOutcome.Feature]
  ) {
    let (first, second) = (bestClasses(halves, part: 0), bestClasses(halves, part: 1))
    for i in features.indices where first[i] >= 0 || second[i] >= 0 {
      features[i].isReliable = first[i] == second[i]
    }
  }

  /// Calls `body` with the unit embedding of each picture of a part.
  private func forEachEmbedding(
    of part: UInt8, in split: PictureSplit, _ body: (_ picture: Int, Span<Float>) -> Void
  ) {
    let members = split.parts.indices.filter { split.parts[$0] == part }
    GroundTruth.forEachRow(members, of: embeddings, isUnit: true, body)
  }

  /// Whether each class is known; nil without pictures for it.
  private func knownClasses(_ split: PictureSplit) -> [Bool?] {
    var sums = PrototypeSums(classCount: truth.labelCount, width: embeddings.shape[1])
    forEachEmbedding(of: Part.knowledge, in: split) { sums.add($1, to: truth.classIDs[$0]) }
    let nearest = text.indices(for: sums.means())
    return nearest.indices.map { id in
      guard sums.counts[id] > 0, nearest[id] >= 0 else { return nil }
      return question.labelGroups[Int(nearest[id])] == question.labelGroups[id]
    }
  }

  /// Reads features by prototypes of each size.
  ///
  /// - Returns: The mean of 1/m over classes for each size.
  private func addMatches(
    _ split: PictureSplit, sizes: [Int], classes: [Int32],
    to features: inout [SplitOutcome.Feature]
  ) -> [Double] {
    var pictures: [[Int]] = sizes.map { _ in [] }
    for picture in split.parts.indices where split.parts[picture] == Part.prototypes {
      // Those beyond the greatest size are left out.
      if let step = sizes.firstIndex(where: { $0 > Int(split.ranks[picture]) }) {
        pictures[step].append(picture)
      }
    }
    var stepOf: [Int: Int] = [:]
    for (step, members) in pictures.enumerated() {
      for picture in members { stepOf[picture] = step }
    }
    var sums = sizes.map { _ in
      PrototypeSums(classCount: truth.labelCount, width: embeddings.shape[1])
    }
    forEachEmbedding(of: Part.prototypes, in: split) { picture, embedding in
      guard let step = stepOf[picture] else { return }
      for later in step..<sizes.count {
        sums[later].add(embedding, to: truth.classIDs[picture])
      }
    }
    let groups = question.labelGroups
    return sums.map { sums in
      let (rows, isMasked) = sums.prototypes()
      let found = BestRows(among: transformed(rows), isMasked: isMasked).indices(
        for: question.images)
      for (i, id) in classes.enumerated() where id >= 0 {
        features[i].isMatched.append(
          found[i] >= 0 && groups[Int(found[i])] == groups[Int(id)])
      }
      let present = sums.counts.filter { $0 > 0 }
      return present.reduce(0) { $0 + 1 / Double($1) } / Double(max(1, present.count))
    }
  }

  /// Prototypes in the space of the images, as unit rows.
  private func transformed(_ rows: Matrix) -> Matrix {
    guard let transform = question.transform else { return rows }
    var result = Matrix(rows: rows.rows, columns: transform.rows)
    BLAS.gemm(rows, transform, opB: .transpose, into: &result)
    var span = result.elements.mutableSpan
    normalizeRows(&span, width: transform.rows)
    return result
  }
}
