import Foundation
import Testing

@testable import Engine

/// Fitted maps against normal equations solved in plain `Double`.
@Suite struct TranslatorFitTests {
  private static let (width, joint, classes, views) = (10, 6, 40, 5)

  /// Residuals of decaying variance whose unit embeddings are nearly linear in them.
  private struct World {
    var residuals: Matrix
    var embeddings: Matrix
    let head = DirectionMapTests.head(width: width, embeddingWidth: joint)
    var classIDs = (0..<(classes * views)).map { Int32($0 / views) }

    init() {
      residuals = Matrix.random(rows: classes * views, columns: width, seed: 61)
      embeddings = Matrix.random(rows: classes * views, columns: joint, seed: 62)
      let map = Matrix.random(rows: joint, columns: width, seed: 63).doubleRows
      for row in 0..<residuals.rows {
        for j in 0..<width { residuals[row, j] = residuals[row, j] / Float(1 + j) + Float(j) }
        for p in 0..<joint {
          let image = (0..<width).reduce(0.0) { $0 + map[p][$1] * Double(residuals[row, $1]) }
          let noise = Double(embeddings[row, p])
          embeddings[row, p] = Float(3 * (p == 0 ? 40 + image : image + 0.2 * noise))
        }
      }
    }

    func fit(seed: UInt64 = 1, workers: Int = 2) throws -> TranslatorFit {
      var builder = SparseRowsBuilder(columns: 1)
      for _ in classIDs { builder.append(ActivationRows.Entries()) }
      return try TranslatorFit(
        GroundTruth(
          activations: builder.matrix, classIDs: classIDs, labelCount: classes,
          embeddings: SparseEncoderTests.tensor(embeddings, name: "embeddings"),
          residuals: SparseEncoderTests.tensor(residuals)),
        head: head, seed: seed, workers: workers)
    }

    /// Residuals and unit embeddings of pictures.
    func pairs(_ pictures: [Int]) -> (x: [[Double]], y: [[Double]]) {
      let (x, y) = (residuals.doubleRows, embeddings.doubleRows)
      return (pictures.map { x[$0] }, pictures.map { LensOracle.unit(y[$0]) })
    }
  }

  private static func mean(_ rows: [[Double]]) -> [Double] {
    rows[0].indices.map { j in rows.reduce(0) { $0 + $1[j] } / Double(rows.count) }
  }

  private static func less(_ rows: [[Double]], _ mean: [Double]) -> [[Double]] {
    rows.map { zip($0, mean).map { $0 - $1 } }
  }

  /// Sums of products of columns, [p][q].
  private static func cross(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a[0].indices.map { p in
      b[0].indices.map { q in a.indices.reduce(0.0) { $0 + a[$1][p] * b[$1][q] } }
    }
  }

  /// The X of A X = B by elimination with pivots.
  private static func solve(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    var rows = zip(a, b).map(+)
    let n = a.count
    for k in 0..<n {
      let pivot = (k..<n).max { abs(rows[$0][k]) < abs(rows[$1][k]) } ?? k
      rows.swapAt(k, pivot)
      rows[k] = rows[k].map { $0 / rows[k][k] }
      for i in 0..<n where i != k {
        let factor = rows[i][k]
        rows[i] = zip(rows[i], rows[k]).map { $0 - factor * $1 }
      }
    }
    return rows.map { Array($0[n...]) }
  }

  private static func quality(
    _ map: [[Double]], fitted: (x: [[Double]], y: [[Double]]),
    on other: (x: [[Double]], y: [[Double]])
  ) -> TranslatorFit.Quality {
    let x = less(other.x, mean(fitted.x))
    let y = less(other.y, mean(fitted.y))
    let found = x.map { row in map.map { LensOracle.dot($0, row) } }
    let rest = zip(y, found).reduce(0) { $0 + pow(LensOracle.distance($1.0, $1.1), 2) }
    let total = y.reduce(0) { $0 + LensOracle.dot($1, $1) }
    let cosines = zip(y, found).map {
      LensOracle.dot($0, $1) / (LensOracle.norm($0) * LensOracle.norm($1))
    }
    return TranslatorFit.Quality(
      r2: 1 - rest / total, cosine: cosines.reduce(0, +) / Double(cosines.count))
  }

  private static func parts(
    _ world: World, _ fit: TranslatorFit
  ) -> (fitted: [Int], heldOut: [Int]) {
    let pictures = Array(world.classIDs.indices)
    let heldOut = pictures.filter { fit.heldOutClasses.contains(world.classIDs[$0]) }
    return (pictures.filter { !heldOut.contains($0) }, heldOut)
  }

  /// Sums of products in `Float` of numbers about a mean, of which 200 are added: some 1e-6 of the largest.
  @Test func mapsAreThoseOfTheirDefinitions() throws {
    let world = World()
    let fit = try world.fit()
    #expect(fit.heldOutClasses.count == 8 && fit.pictureCounts.heldOut == 40)
    #expect(fit.pictureCounts.fit == 160)
    let parts = Self.parts(world, fit)
    let (fitted, heldOut) = (world.pairs(parts.fitted), world.pairs(parts.heldOut))
    let x = Self.less(fitted.x, Self.mean(fitted.x))
    let y = Self.less(fitted.y, Self.mean(fitted.y))
    var gram = Self.cross(x, x)
    let cross = Self.cross(x, y)
    let trace = gram.indices.reduce(0.0) { $0 + gram[$1][$1] }

    let ridge = try #require(fit.maps.first { $0.form == .ridge })
    let share = try #require(ridge.lambdaShare)
    let lambda = try #require(ridge.lambda)
    #expect(abs(lambda - share * trace / 10) <= 1e-5 * lambda)
    for j in gram.indices { gram[j][j] += lambda }
    let exact = Self.solve(gram, cross)
    let size = exact.flatMap { $0 }.map(abs).max() ?? 0
    for p in 0..<Self.joint {
      for j in 0..<Self.width {
        #expect(abs(Double(ridge.matrix[p, j]) - exact[j][p]) <= 1e-3 * size)
      }
    }
    // Where B Bᵀ = 1, tr(B C) is greatest if B C is symmetric without negative eigenvalues.
    let isometry = try #require(fit.maps.first { $0.form == .procrustes }).matrix.doubleRows
    for p in 0..<Self.joint {
      for q in 0..<Self.joint {
        let product = LensOracle.dot(isometry[p], isometry[q])
        #expect(abs(product - (p == q ? 1 : 0)) <= 1e-5)
      }
    }
    let turned = isometry.map { row in
      (0..<Self.joint).map { q in row.indices.reduce(0.0) { $0 + row[$1] * cross[$1][q] } }
    }
    let scale = turned.flatMap { $0 }.map(abs).max() ?? 0
    for p in 0..<Self.joint {
      for q in 0..<p { #expect(abs(turned[p][q] - turned[q][p]) <= 1e-4 * scale) }
    }
    let eigen = SymmetricEigen(
      of: DoubleMatrix(rows: Self.joint, columns: Self.joint, elements: turned.flatMap { $0 }))
    #expect((eigen.values.first ?? -1) >= -1e-4 * scale)

    let found = Self.quality(ridge.matrix.doubleRows, fitted: fitted, on: heldOut)
    #expect(abs(found.r2 - ridge.quality.r2) <= 1e-4)
    #expect(abs(found.cosine - ridge.quality.cosine) <= 1e-4)
    // The world is linear but for its lengths, and the head knows nothing of it.
    #expect(ridge.quality.r2 > 0.8 && ridge.quality.r2 > fit.untranslated.r2 + 0.3)
  }

  /// The head's own images, with the one factor that fits them best.
  @Test func theUntranslatedMapIsTheHead() throws {
    let world = World()
    let fit = try world.fit()
    let parts = Self.parts(world, fit)
    var (fitted, heldOut) = (world.pairs(parts.fitted), world.pairs(parts.heldOut))
    fitted.x = fitted.x.map { LensOracle.unit(LensOracle.map($0, world.head, isLinear: false)) }
    heldOut.x = heldOut.x.map { LensOracle.unit(LensOracle.map($0, world.head, isLinear: false)) }
    let e = Self.less(fitted.x, Self.mean(fitted.x))
    let y = Self.less(fitted.y, Self.mean(fitted.y))
    let factor =
      zip(e, y).reduce(0.0) { $0 + LensOracle.dot($1.0, $1.1) }
      / e.reduce(0.0) { $0 + LensOracle.dot($1, $1) }
    let map = (0..<Self.joint).map { p in (0..<Self.joint).map { $0 == p ? factor : 0 } }
    let exact = Self.quality(map, fitted: fitted, on: heldOut)
    #expect(abs(exact.r2 - fit.untranslated.r2) <= 1e-4)
    #expect(abs(exact.cosine - fit.untranslated.cosine) <= 1e-4)
  }

  /// What is held out decides nothing but the figures.
  @Test func heldOutPicturesTakeNoPart() throws {
    let world = World()
    let fit = try world.fit()
    var changed = world
    for picture in Self.parts(world, fit).heldOut {
      for p in 0..<Self.joint { changed.embeddings[picture, p] = Float((picture * 7 + p * 5) % 11) }
    }
    let other = try changed.fit()
    #expect(
      zip(fit.maps, other.maps).allSatisfy { $0.matrix == $1.matrix && $0.lambda == $1.lambda })
    #expect(zip(fit.maps, other.maps).allSatisfy { $0.quality.r2 > $1.quality.r2 + 0.3 })
  }

  @Test func theSeedAloneDecides() throws {
    let world = World()
    let (one, two) = (try world.fit(workers: 1), try world.fit(workers: 2))
    #expect(one.maps.map(\.matrix) == two.maps.map(\.matrix))
    #expect(one.heldOutClasses == two.heldOutClasses)
    #expect(try world.fit(seed: 2).heldOutClasses != one.heldOutClasses)
  }

  @Test func picturesAreDividedWhereClassesAreFew() throws {
    var world = World()
    world.classIDs = world.classIDs.map { $0 % 4 }
    let fit = try world.fit()
    #expect(fit.heldOutClasses.isEmpty && fit.pictureCounts.heldOut == 40)
    #expect(fit.maps[0].quality.r2 > 0.8)
    world.classIDs = Array(world.classIDs[..<4])
    world.residuals = Matrix.random(rows: 4, columns: Self.width, seed: 1)
    world.embeddings = Matrix.random(rows: 4, columns: Self.joint, seed: 2)
    let obstacle = #expect(throws: TranslatorFit.Obstacle.self) { try world.fit() }
    #expect(obstacle?.reason == "found 4 pictures, expected at least 5")
  }

  @Test func residualsThatDoNotDifferAreNotFitted() throws {
    var world = World()
    world.residuals = Matrix(
      rows: world.residuals.rows, columns: Self.width,
      elements: [Float](repeating: 2, count: world.residuals.elements.count))
    let obstacle = #expect(throws: TranslatorFit.Obstacle.self) { try world.fit() }
    #expect(obstacle?.reason == "found residuals that do not differ")
  }
}
