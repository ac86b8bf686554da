import Testing

@testable import Engine

@Suite struct ScanPiecesTests {
  /// No worker has much more to do than others, and the last pieces are small.
  @Test(arguments: [1, 2, 3, 16, 64], [1, 479, 961, 5000, 65_536, 1_048_576])
  func workIsSharedEvenly(workers: Int, count: Int) {
    let rows = 100..<(100 + count)
    let layout = ProductLayout(count: 1000, width: 768)
    let pieces = LensScan.pieces(of: rows, workers: workers, blockSize: 960, layout: layout)
    #expect(pieces.first?.lowerBound == rows.lowerBound)
    #expect(pieces.last?.upperBound == rows.upperBound)
    #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    #expect(pieces.allSatisfy { !$0.isEmpty && $0.count <= ProductOperand.tileRows })
    // Nothing is multiplied besides, but where there is less in all, or for the last one in panels.
    let whole = pieces.filter { layout.paddedRows($0.count) == $0.count }
    #expect(whole.count >= (count < 480 || layout.isPacked ? pieces.count - 1 : pieces.count))
    var loads = [Int](repeating: 0, count: workers)
    for piece in pieces {
      let free = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[free] += piece.count
    }
    let longest = loads.max() ?? 0
    #expect(longest <= max(960, count / workers + 480))
  }
}
