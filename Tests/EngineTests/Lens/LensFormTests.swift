@testable import Engine
import Foundation
import Testing

@Suite struct LensFormTests {
  private static let width = 40
  private static let embeddingWidth = 24
  private static let count = 60

  private static func materials(bias: Float = 1) throws -> LensMaterials {
    let autoencoder = try LensParts.autoencoder(
      Matrix.random(rows: count, columns: width, seed: 11),
      encoder: Matrix.random(rows: count, columns: width, seed: 12),
      bias: Matrix.random(rows: 1, columns: width, seed: 13).elements.map(Double.init))
    let root = Matrix.random(rows: width, columns: width, seed: 14)
    var covariance = Matrix(rows: width, columns: width)
    BLAS.gemm(root, root, opB: .transpose, into: &covariance)
    var materials = LensMaterials(
      autoencoder: autoencoder,
      head: DirectionMapTests.head(width: width, embeddingWidth: embeddingWidth, bias: bias),
      embeddingWidth: embeddingWidth, selection: FeatureSelection(all: count))
    materials.alpha = 3
    materials.covariance = covariance
    materials.mean = Matrix.random(rows: 1, columns: width, seed: 15).elements.map(Double.init)
    materials.blocks = try VisionBlocks.random(width: width, count: 2)
    materials.fits = [
      .ridge: Matrix.random(rows: embeddingWidth, columns: width, seed: 16),
      .procrustes: Matrix.random(rows: embeddingWidth, columns: width, seed: 17),
    ]
    materials.translator = try translator("A", rows: width)
    return materials
  }

  /// A translator with a bias, read from a file.
  private static func translator(_ key: String, rows: Int) throws -> Translator {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    let matrix = Matrix.random(rows: rows, columns: width, seed: 18)
    let shift = Matrix.random(rows: 1, columns: rows, seed: 19)
    builder.add(key, [rows, width], matrix.elements.map(Double.init))
    builder.add("bias", [rows], shift.elements.map(Double.init))
    return try Translator(
      contentsOf: try directory.write("t.safetensors", builder.file), width: width,
      embeddingWidth: embeddingWidth)
  }

  private static func product(_ matrix: Matrix, _ x: [Double]) -> [Double] {
    matrix.doubleRows.map { LensOracle.dot($0, x) }
  }

  /// Encoder and decoder rows, and the bias, in `Double`.
  private static func rows(
    _ materials: LensMaterials
  ) throws -> (encoder: [[Double]], decoder: [[Double]], bias: [Double]) {
    func rows(_ bank: DirectionBank?) throws -> [[Double]] {
      try #require(bank).rows(0..<count).map(Double.init).split(intoRowsOf: width)
    }
    return (
      try rows(materials.autoencoder.encoder), try rows(materials.autoencoder.decoder),
      try #require(materials.autoencoder.decoderBias).map(Double.init)
    )
  }

  /// The vector of a form by its definition.
  private static func vector(
    _ form: LensForm, encoder w: [Double], decoder d: [Double], bias b: [Double],
    _ materials: LensMaterials, alpha: Double
  ) throws -> [Double] {
    let head = try #require(materials.head)
    func image(_ x: [Double]) -> [Double] { LensOracle.map(x, head, isLinear: false) }
    let shifted = zip(b, d).map { $0 + alpha * $1 }
    switch form {
    case .decoderLinear: return LensOracle.map(d, head, isLinear: true)
    case .encoderLinear: return LensOracle.map(w, head, isLinear: true)
    case .decoderFull: return image(d)
    case .encoderFull: return image(w)
    case .decoderAbsolute: return image(shifted)
    case .decoderDifference: return zip(image(shifted), image(b)).map { $0 - $1 }
    case .blocks, .blocksDifference:
      let blocks = try #require(materials.blocks)
      let end = image(blocks.exact(shifted))
      return form == .blocks ? end : zip(end, image(blocks.exact(b))).map { $0 - $1 }
    case .translated:
      let translator = try #require(materials.translator)
      let product = product(translator.matrix, d)
      return translator.target == .joint
        ? product : image(zip(product, translator.shift ?? []).map { $0 + Double($1) })
    case .ridge, .procrustes: return product(try #require(materials.fits[form]), d)
    case .sigma, .read: return []
    case .decoderJacobian, .decoderJacobianAtMean:
      let b = form == .decoderJacobian ? b : try #require(materials.mean)
      // A central difference: of third order in a step of 1e-4.
      let step = 1e-4
      let ahead = image(zip(b, d).map { $0 + step * $1 })
      let behind = image(zip(b, d).map { $0 - step * $1 })
      return zip(ahead, behind).map { ($0 - $1) / (2 * step) }
    case .encoderPattern:
      let covariance = try #require(materials.covariance)
      let pattern = (0..<width).map { p in
        (0..<width).reduce(0.0) { $0 + Double(covariance[p, $1]) * w[$1] }
      }
      return LensOracle.map(pattern, head, isLinear: true)
    case .projected:
      return (0..<embeddingWidth).map { i in
        (0..<width).reduce(0.0) { $0 + Double(head.projection[i, $1]) * d[$1] }
      }
    case .decoderNative: return d
    case .encoderNative: return w
    }
  }

  /// Sums of 40 terms in `Float` with operands of up to some 10 are within 1e-5 of vectors of some 10 in
  /// length; differences cancel to a tenth.
  @Test(arguments: LensForm.allCases.filter { !$0.isNative && $0 != .sigma && $0 != .read })
  func imagesAreThoseOfTheDefinition(form: LensForm) throws {
    let materials = try Self.materials()
    let rows = try Self.rows(materials)
    let tile = try materials.bank(form).tile(0..<Self.count)
    #expect(tile.statuses == [FeatureStatus](repeating: .read, count: Self.count))
    for feature in 0..<Self.count {
      let exact = LensOracle.unit(
        try Self.vector(
          form, encoder: rows.encoder[feature], decoder: rows.decoder[feature], bias: rows.bias,
          materials, alpha: 3))
      let start = feature * Self.embeddingWidth
      let found = tile.images[start..<(start + Self.embeddingWidth)].map(Double.init)
      #expect(LensOracle.distance(found, exact) <= 1e-5, "\(form.rawValue) of \(feature)")
    }
  }

  /// What is kept of the way through the blocks gives the same images, also of some of the features, dead ones among
  /// them.
  @Test func endsAreKeptAsTheyAre() throws {
    var materials = try Self.materials()
    let whole = try [LensForm.blocks, .blocksDifference].map {
      try materials.bank($0).tile(0..<Self.count)
    }
    materials.keepEnds(for: .blocks, workers: 2)
    for (form, tile) in zip([LensForm.blocks, .blocksDifference], whole) {
      let bank = try materials.bank(form)
      #expect(bank.source.transform == nil && bank.source.shift == nil)
      #expect(bank.tile(0..<Self.count).images == tile.images)
      #expect(bank.tile(0..<Self.count).statuses == tile.statuses)
    }
    // Another variant lets go of it.
    materials.keepEnds(for: .decoderLinear, workers: 2)
    #expect(try materials.bank(.blocks).source.shift != nil)
    let some = try FeatureSelection(parsing: "3,7-11", featureCount: Self.count)
    var part = LensMaterials(
      autoencoder: materials.autoencoder, head: materials.head,
      embeddingWidth: Self.embeddingWidth, selection: some)
    (part.alpha, part.blocks) = (materials.alpha, materials.blocks)
    part.keepEnds(for: .blocksDifference, workers: 1)
    let tile = try part.bank(.blocksDifference).tile(0..<6)
    for (row, feature) in [3, 7, 8, 9, 10, 11].enumerated() {
      let width = Self.embeddingWidth
      #expect(
        tile.images[(row * width)..<((row + 1) * width)]
          == whole[1].images[(feature * width)..<((feature + 1) * width)])
    }
  }

  @Test func aTranslatorMayLeadIntoTheJointSpace() throws {
    var materials = try Self.materials()
    materials.translator = try Self.translator("B", rows: Self.embeddingWidth)
    let rows = try Self.rows(materials)
    let tile = try materials.bank(.translated).tile(0..<Self.count)
    for feature in 0..<Self.count {
      let exact = LensOracle.unit(
        try Self.vector(
          .translated, encoder: [], decoder: rows.decoder[feature], bias: rows.bias, materials,
          alpha: 1))
      let start = feature * Self.embeddingWidth
      let found = tile.images[start..<(start + Self.embeddingWidth)].map(Double.init)
      #expect(LensOracle.distance(found, exact) <= 1e-5)
    }
  }

  /// A direction without length is dead by every variant, whatever it is shifted by or passes.
  @Test(arguments: LensForm.allCases.filter { !$0.isNative && $0.direction != .encoder })
  func deadDirectionsStayDead(form: LensForm) throws {
    let whole = try Self.materials()
    var rows = Matrix.random(rows: 20, columns: Self.width, seed: 11)
    for j in 0..<Self.width { rows[7, j] = 0 }
    for j in 0..<Self.width { rows[8, j] = j == 3 ? .nan : 1 }
    var materials = LensMaterials(
      autoencoder: try LensParts.autoencoder(
        rows, encoder: rows, bias: [Double](repeating: 0.5, count: Self.width - 1) + [1]),
      head: whole.head, embeddingWidth: Self.embeddingWidth,
      selection: FeatureSelection(all: 20))
    (materials.mean, materials.blocks, materials.fits) = (whole.mean, whole.blocks, whole.fits)
    materials.translator = whole.translator
    let statuses = try materials.bank(form).tile(0..<20).statuses
    #expect(statuses[7] == .dead && statuses[8] == .nonFinite)
    #expect(statuses.count { $0 == .read } == 18)
  }

  @Test func everyFeatureMayHaveAFactorOfItsOwn() throws {
    var materials = try Self.materials()
    materials.alphas = (0..<Self.count).map { Float($0) / 8 + 0.5 }
    let rows = try Self.rows(materials)
    let tile = try materials.bank(.decoderAbsolute).tile(5..<20)
    for feature in 5..<20 {
      let exact = LensOracle.unit(
        try Self.vector(
          .decoderAbsolute, encoder: rows.encoder[feature], decoder: rows.decoder[feature],
          bias: rows.bias, materials, alpha: Double(feature) / 8 + 0.5))
      let start = (feature - 5) * Self.embeddingWidth
      let found = tile.images[start..<(start + Self.embeddingWidth)].map(Double.init)
      #expect(LensOracle.distance(found, exact) <= 1e-5)
    }
  }

  /// Without β a direction's length is all that layer normalisation changes, so that unit images are
  /// those of the linear map.
  @Test(arguments: [(LensForm.decoderFull, LensForm.decoderLinear), (.encoderFull, .encoderLinear)])
  func withoutShiftFullIsLinear(full: LensForm, linear: LensForm) throws {
    let materials = try Self.materials(bias: 0)
    let images = try [full, linear].map { try materials.bank($0).tile(0..<Self.count).images }
    for (a, b) in zip(images[0], images[1]) { #expect(abs(a - b) <= 2e-6) }
  }

  /// A difference over a small step is the derivative, within the share of the step's second order.
  @Test func smallDifferencesAreTheDerivative() throws {
    var materials = try Self.materials()
    let exact = try materials.bank(.decoderJacobian).tile(0..<Self.count).images
    materials.alpha = 0.01
    let found = try materials.bank(.decoderDifference).tile(0..<Self.count).images
    for feature in 0..<Self.count {
      let elements = (feature * Self.embeddingWidth)..<((feature + 1) * Self.embeddingWidth)
      let cosine = LensOracle.dot(
        found[elements].map(Double.init), exact[elements].map(Double.init))
      #expect(cosine >= 0.999)
    }
  }

  /// Far from the bias, differences through blocks are not those of the head alone.
  @Test func differencesThroughBlocksAreTheirOwn() throws {
    let materials = try Self.materials()
    let images = try [LensForm.blocksDifference, .decoderDifference].map {
      try materials.bank($0).tile(0..<1).images[..<Self.embeddingWidth].map(Double.init)
    }
    #expect(abs(LensOracle.dot(images[0], images[1])) < 0.9)
  }

  @Test func theDerivativeOfALongerPointIsThatOfTheLinearMapLessThePoint() throws {
    let head = DirectionMapTests.head(width: 40, embeddingWidth: 24)
    let point = Matrix.random(rows: 1, columns: 40, seed: 21).elements.map(Double.init)
    let matrix = head.jacobian(at: point)
    // Along the centred point the normalised vector does not change, but for ε.
    let mean = point.reduce(0, +) / 40
    for i in 0..<24 {
      let along = (0..<40).reduce(0.0) { $0 + Double(matrix[i, $1]) * (point[$1] - mean) }
      let ones = (0..<40).reduce(0.0) { $0 + Double(matrix[i, $1]) }
      #expect(abs(along) <= 1e-3 && abs(ones) <= 1e-4)
    }
  }

  // MARK: - Refusals

  @Test func whatIsMissingIsToldByName() throws {
    var materials = try Self.materials()
    materials.covariance = nil
    #expect(
      message { _ = try materials.bank(.encoderPattern) }
        == "enc.pattern: covariance of activations: found none, expected activations that this "
        + "variant is made of")
    materials.mean = nil
    materials.blocks = nil
    materials.blocksObstacle = "found none"
    materials.fits = [:]
    materials.translator = nil
    for (form, end) in [
      (
        LensForm.decoderJacobianAtMean,
        "mean of residuals: found none, expected residuals that the point "
          + "of the derivative is taken from"
      ),
      (.blocks, "blocks of the vision tower: found none"),
      (.blocksDifference, "blocks of the vision tower: found none"),
      (.translated, "translator: found none, expected a file of one"),
      (.ridge, "translator: not fitted: found no residuals with embeddings beside them"),
      (
        .sigma,
        "covariance of activations: found none, expected activations that this variant is made of"
      ),
    ] {
      #expect(message { _ = try materials.bank(form) } == "\(form.rawValue): \(end)")
    }
    let headless = LensMaterials(
      autoencoder: materials.autoencoder, head: nil, embeddingWidth: 24,
      selection: materials.selection)
    #expect(
      message { _ = try headless.bank(.decoderLinear) }
        == "dec.lin: image head: found none, a linear map needs one")
    let narrow = LensMaterials(
      autoencoder: materials.autoencoder, head: DirectionMapTests.head(width: 32),
      embeddingWidth: 24, selection: materials.selection)
    #expect(
      message { _ = try narrow.bank(.decoderLinear) }
        == "\(materials.autoencoder.path): width of the directions: found 40, expected 32, that of "
        + "the residual stream of the model's vision tower")
  }
}
