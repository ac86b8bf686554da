internal import Foundation

/// One column of `features.safetensors`.
struct FeatureColumn: Sendable {
  /// The name of the tensor.
  let name: String

  let dtype: DType

  /// The values of a feature, or nil for one value without a dimension of its own.
  let valuesPerFeature: Int?

  /// The values of a block as they are stored.
  let bytes: @Sendable (FeatureBlock) -> Data

  /// The shape for so many features.
  func shape(featureCount: Int) -> [Int] {
    [featureCount] + (valuesPerFeature.map { [$0] } ?? [])
  }

  /// The bytes of one feature.
  var stride: Int { dtype.byteWidth * (valuesPerFeature ?? 1) }

  /// Where the columns lie in a file of their own.
  ///
  /// - Parameters:
  ///   - featureCount: The rows.
  ///   - topCount: The labels kept for each feature and end.
  /// - Returns: The layout of the file, in the order of `all`.
  static func layout(featureCount: Int, topCount: Int) -> SafetensorsLayout {
    SafetensorsLayout(
      all(topCount: topCount).map {
        .init(name: $0.name, dtype: $0.dtype, shape: $0.shape(featureCount: featureCount))
      },
      metadata: [("format", "lensctl.features"), ("version", "\(RunWriter.formatVersion)")])
  }

  /// All columns, in the order in which they are stored.
  ///
  /// - Parameter topCount: The labels kept for each feature and end.
  /// - Returns: The columns.
  static func all(topCount: Int) -> [FeatureColumn] {
    func ids(
      _ name: String, _ perFeature: Int?, _ values: @escaping @Sendable (FeatureBlock) -> [Int32]
    ) -> FeatureColumn {
      FeatureColumn(name: name, dtype: .i32, valuesPerFeature: perFeature) {
        littleEndianBytes(values($0))
      }
    }
    func numbers(
      _ name: String, _ perFeature: Int?, _ values: @escaping @Sendable (FeatureBlock) -> [Float]
    ) -> FeatureColumn {
      FeatureColumn(name: name, dtype: .f32, valuesPerFeature: perFeature) {
        littleEndianBytes(values($0))
      }
    }
    return [
      ids("feature_id", nil) { $0.featureIDs },
      ids("top_label_ids", topCount) { $0.topLabelIDs },
      numbers("top_cosines", topCount) { $0.topCosines },
      numbers("top_probabilities", topCount) { $0.topProbabilities },
      ids("bottom_label_ids", topCount) { $0.bottomLabelIDs },
      numbers("bottom_cosines", topCount) { $0.bottomCosines },
      numbers("bottom_probabilities", topCount) { $0.bottomProbabilities },
      numbers("mean", nil) { $0.means },
      numbers("sd", nil) { $0.standardDeviations },
      numbers("skewness", nil) { $0.skewnesses },
      numbers("kurtosis", nil) { $0.kurtoses },
      numbers("margin", nil) { $0.margins },
      numbers("entropy", nil) { $0.entropies },
      numbers("log_partition", nil) { $0.logPartitions },
      FeatureColumn(name: "status", dtype: .u8, valuesPerFeature: nil) {
        littleEndianBytes($0.statuses)
      },
    ]
  }
}
