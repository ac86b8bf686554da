/// The parts of a verdict besides its variants, and what each takes while it is made.
///
/// They are made one after another, so that the greatest counts.
extension VerdictMemory {
  /// Telling causes apart: samples of the form in use by two variants, and for each thread the products of a set of
  /// corrections with what is multiplied.
  func causes(_ workers: Int) -> Double {
    guard hasTruth else { return 0 }
    let (labels, width) = (Double(labelCount), Double(embeddingWidth))
    let rows = min(Double(sampleCount), max(1, (Double(Self.productLimit) / labels).rounded(.down)))
    // Both ways of centring, of reading and of naming labels.
    let sets = Double(min(workers, 2 * formsInUse * (templateCount > 1 ? 2 : 1)))
    let names = templateCount > 1 ? 3 * 4 * labels * width : 0
    return names + 4 * 2 * rows * width
      + sets * 4 * (rows * labels + 2 * rows * width + 2 * labels * width)
      + (4 * sets + 16) * 3 * 8 * rows
  }

  /// Agreement of activations with names, feature by feature; of each thread the ranks of one feature's pictures, and
  /// products of a block of features.
  func activations(_ workers: Int) -> Double {
    guard pictureCount > 0 else { return 0 }
    let block = 4 * 256 * Double(labelCount + 2 * embeddingWidth)
    return 880 * Double(featureCount)
      + Double(workers)
      * (40 * Double(pictureCount) + block + 80 * Double(labelCount) + 8 * Double(allLabelCount))
  }

  /// What can be asked of any lens: the activations of a sample, and of each thread sums for prototypes of five numbers
  /// of pictures and the prototypes themselves.
  func ceiling(_ workers: Int) -> Double {
    guard pictureCount > 0, hasPictureEmbeddings else { return 0 }
    let bank = Double(allLabelCount) * Double(embeddingWidth)
    let outcomes = 10.0 * 64 * Double(sampleCount)
    return 2 * 4 * Double(sampleCount) * Double(embeddingWidth) + 2 * 4 * bank
      + Double(encodedBytes) + outcomes + Double(workers) * (16 * 6 + 4 * 5) * bank
  }

  /// Sums of labels: the centred labels, random directions, and of each thread products of a tile.
  func sums(_ workers: Int) -> Double {
    guard sparseCount > 0 else { return 0 }
    let (labels, width) = (Double(labelCount), Double(embeddingWidth))
    let tile = Double(JointBank.tileRows) * (2 * labels + 4 * width)
    return 4 * 2 * labels * width + 4 * 2 * Double(SparseNaming.randomCount) * width
      + Double(workers) * 4 * tile + 320 * Double(sparseCount + SparseNaming.randomCount)
  }

  /// Sets of labels: the scores of all sets by features and rotated features, with two p-values each, and of each
  /// thread a rotated bank with the scores of its sample.
  func sets(_ workers: Int) -> Double {
    guard setCount > 0 else { return 0 }
    let (labels, width, sets) = (Double(labelCount), Double(embeddingWidth), Double(setCount))
    let rotated = Double(max(rotations, 32)) * Double(sampleCount)
    let kept = (Double(featureCount) + rotated) * (4 * sets + 48)
    let found = Double(featureCount) * (16 * sets + 56)
    let bank =
      36 * (labels + 64) * (width + 1) + 4 * Double(sampleCount) * labels + 16 * width * width
    return moments(workers) + kept + found
      + Double(workers) * (bank + 24 * rotated + 12 * Double(featureCount))
  }

  /// Controls, of which those made of labels may be more than features.
  func controls(_ workers: Int) -> Double {
    guard hasControls else { return 0 }
    var other = self
    other.featureCount = max(
      min(featureCount, ControlSource.limit), min(labelCount, ControlSource.limit))
    return 4 * 2 * Double(other.featureCount * max(directionWidth, embeddingWidth))
      + other.judging(workers)
  }

  /// Another vocabulary as it is judged.
  func vocabulary(_ count: Int, _ workers: Int) -> Double {
    var other = self
    other.labelCount = count
    return other.labelBytes + other.judging(workers)
  }
}
