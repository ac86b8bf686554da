/// The sizes of an autoencoder, from its configuration and from the lengths of its biases.
struct FamilySizes {
  /// The tensors.
  let tensors: FamilyTensors
  /// The number of features.
  let n: Int
  /// The width of the input.
  let d: Int
  /// The width of what is decoded.
  var outputWidth: Int
  /// Where the number of features comes from.
  let featureSource: String
  /// Where the width comes from.
  let widthSource: String

  /// Takes each size from a configuration if it is stated there, else from a vector.
  ///
  /// - Parameters:
  ///   - tensors: The tensors.
  ///   - fields: The configuration, or nil.
  ///   - n: The vector of one number for each feature, and the field.
  ///   - d: The vector as wide as an input, and the field.
  /// - Throws: `CheckpointError` if a vector is missing or a field is no size.
  init(
    _ tensors: FamilyTensors, _ fields: ConfigurationFields?, n: (vector: String, field: String),
    d: (vector: String, field: String)
  ) throws(CheckpointError) {
    let features = try Self.size(tensors, fields, n.vector, n.field)
    let width = try Self.size(tensors, fields, d.vector, d.field)
    self.init(
      tensors, n: features.size, by: features.source, d: width.size, by: width.source)
  }

  /// Takes sizes that are known.
  init(
    _ tensors: FamilyTensors, n: Int, by featureSource: String, d: Int, by widthSource: String
  ) {
    self.tensors = tensors
    (self.n, self.d) = (n, d)
    outputWidth = d
    (self.featureSource, self.widthSource) = (featureSource, widthSource)
  }

  private static func size(
    _ tensors: FamilyTensors, _ fields: ConfigurationFields?, _ vector: String, _ field: String
  ) throws(CheckpointError) -> (size: Int, source: String) {
    if let fields, let size = try fields.sizeIfStated(field) {
      return (size, "\(fields.prefix)\(field) \(size)")
    }
    let length = try tensors.length(vector)
    return (length, "\(vector) of length \(length)")
  }

  /// A vector of one number for each feature.
  func feature(_ name: String) throws -> [Float] {
    try tensors.vector(name, count: n, by: featureSource)
  }

  /// A vector as wide as an input.
  func outer(_ name: String) throws -> [Float] {
    try tensors.vector(name, count: d, by: widthSource)
  }

  /// The layout to be proven.
  func layout(_ family: String, _ orientation: Orientation?) -> FamilyLayout {
    let output = outputWidth == d ? "" : ", width \(outputWidth) of the output"
    return FamilyLayout(
      path: tensors.file.path, family: family, n: n, d: d, outputWidth: outputWidth,
      sizes: "\(featureSource) and \(widthSource)\(output)", orientation: orientation)
  }
}
