import Dispatch
import Engine
import Foundation

/// Times the text tower in turn with bare products of its shapes on as many threads.
///
/// The ratio is of the seconds to what the products of all layers take for the distinct prefixes of
/// the prompts, at the rate of the bare products; attention, and what the last layer leaves out, do
/// not count.
func benchmarkTower(
  _ model: CLIPModel, prompts: [[Int32]], name: String, repeats: Int = 7
) throws {
  let tower = try model.textTower()
  let text = model.configuration.text
  let workers = Machine.usableProcessors
  let nodes = distinctPrefixCount(prompts)
  let layerProducts = 4 * text.width * text.width + 2 * text.width * text.intermediateWidth
  let operations =
    2 * Double(nodes) * Double(layerProducts) * Double(text.layerCount)
    + 2 * Double(prompts.count) * Double(text.width) * Double(tower.embeddingWidth)
  let bare = TowerProducts(width: text.width, intermediateWidth: text.intermediateWidth)
  var (towers, rates): ([Double], [Double]) = ([], [])
  for repetition in 0...repeats {
    let before = bare.operationsPerSecond(workers: workers)
    var rows = 0
    let taken = try seconds { rows = try tower.embed(prompts, workers: workers).rows }
    precondition(rows == prompts.count, "\(rows) rows of \(prompts.count)")
    let after = bare.operationsPerSecond(workers: workers)
    guard repetition > 0 else { continue }
    towers.append(taken)
    rates.append((before + after) / 2)
  }
  let shape = "\(prompts.count) prompts/\(nodes) prefixes"
  let rate = Timing(rates).median
  report(
    "tower.\(name)", shape, Timing(towers), rate: operations / 1e9, unit: "GFLOP of products")
  report("tower.products", "\(bare.rows) rows", Timing(rates), rate: rate / 1e9, unit: "GFLOP/s")
  let ratios = Timing(zip(towers, rates).map { $0 * $1 / operations })
  report("tower/products", shape, ratios, rate: ratios.median, unit: "ratio")
}

/// The products of one layer of a text tower and nothing else.
private struct TowerProducts {
  /// The rows of each product: those of a large block of prompts.
  let rows = 1024

  let width: Int
  let intermediateWidth: Int

  /// The floating-point operations of a second of products on several threads.
  func operationsPerSecond(workers: Int, layers: Int = 3) -> Double {
    let taken = seconds {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in multiply(layers: layers) }
    }
    let elements = 4 * width * width + 2 * width * intermediateWidth
    return 2 * Double(workers * layers * rows) * Double(elements) / taken
  }

  private func multiply(layers: Int) {
    let square = Matrix(rows: width, columns: width)
    let expand = Matrix(rows: intermediateWidth, columns: width)
    let contract = Matrix(rows: width, columns: intermediateWidth)
    let state = Matrix(rows: rows, columns: width)
    var output = Matrix(rows: rows, columns: width)
    var inner = Matrix(rows: rows, columns: intermediateWidth)
    for _ in 0..<layers {
      for _ in 0..<4 { BLAS.gemm(state, square, opB: .transpose, into: &output) }
      BLAS.gemm(state, expand, opB: .transpose, into: &inner)
      BLAS.gemm(inner, contract, opB: .transpose, into: &output)
    }
  }
}

/// The number of distinct prefixes of token sequences.
private func distinctPrefixCount(_ prompts: [[Int32]]) -> Int {
  let sorted = prompts.sorted { $0.lexicographicallyPrecedes($1) }
  var count = 0
  for (index, prompt) in sorted.enumerated() {
    let previous = index == 0 ? [] : sorted[index - 1]
    count += prompt.count - zip(prompt, previous).prefix { $0 == $1 }.count
  }
  return count
}

/// A text tower of random weights with the sizes of ViT-L/14, and prompts for it.
struct SyntheticTower {
  let model: CLIPModel

  private static let vocabularySize = 49_408

  /// Writes a model to a temporary directory and maps it; the files are removed at once.
  init() throws {
    let path = NSTemporaryDirectory() + "/towerbench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let configuration = """
      {"model_type": "clip", "projection_dim": 768, "vision_config": {}, "text_config":
      {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "eos_token_id": 2}}
      """
    try Data(configuration.utf8).write(to: URL(filePath: path + "/config.json"))
    let entries = Self.shapes.map {
      SafetensorsLayout.Entry(name: $0.name, dtype: .f32, shape: $0.shape)
    }
    let layout = SafetensorsLayout(entries)
    var generator = LinearCongruential(state: 2)
    try OutputFile.write(to: path + "/model.safetensors") { handle in
      try handle.write(contentsOf: layout.header)
      for (_, shape) in Self.shapes {
        // 0.04 is about 1 / √768: states keep their size through the layers.
        let values = generator.floats(shape.reduce(1, *)).map { 0.04 * $0 }
        try handle.write(contentsOf: littleEndianBytes(values))
      }
    }
    model = try CLIPModel(path)
    _ = try model.textTower()
  }

  private static let shapes: [(name: String, shape: [Int])] = {
    let (width, inner) = (768, 3072)
    var shapes: [(name: String, shape: [Int])] = [
      ("text_model.embeddings.token_embedding.weight", [vocabularySize, width]),
      ("text_model.embeddings.position_embedding.weight", [77, width]),
      ("text_projection.weight", [768, width]),
    ]
    func add(_ name: String, _ shape: [Int]) {
      shapes.append((name + ".weight", shape))
      shapes.append((name + ".bias", [shape[0]]))
    }
    for layer in 0..<12 {
      let name = "text_model.encoder.layers.\(layer)."
      for norm in ["layer_norm1", "layer_norm2"] { add(name + norm, [width]) }
      for part in ["q", "k", "v", "out"] { add(name + "self_attn.\(part)_proj", [width, width]) }
      add(name + "mlp.fc1", [inner, width])
      add(name + "mlp.fc2", [width, inner])
    }
    add("text_model.final_layer_norm", [width])
    return shapes
  }()

  /// Token sequences that share prefixes as the prompts of ImageNet's 1000 labels do, for when no
  /// vocabulary of CLIP is at hand: stems of templates, labels of 2.165 tokens on average of which
  /// 162 begin as another does, then the rest of the template, a period and the end token.
  ///
  /// - Parameter templates: The stem and the rest of each, in tokens.
  /// - Returns: 1000 sequences for each template.
  static func prompts(templates: [(stem: [Int32], rest: [Int32])]) -> [[Int32]] {
    templates.flatMap { template in
      (0..<1000).map { (index: Int32) -> [Int32] in
        let first = index % 6 == 1 && index < 972 ? index - 1 : index
        let label = [1000 + first, 3000 + index] + (index % 6 == 2 && index < 990 ? [5000] : [])
        return [49_406] + template.stem + label + template.rest + [269, 49_407]
      }
    }
  }

  /// One template, `A photo of a {label}.`, and the seven best of CLIP's authors.
  static let one: [(stem: [Int32], rest: [Int32])] = [([320, 1125, 539, 320], [])]
  static let seven: [(stem: [Int32], rest: [Int32])] = [
    ([529, 533, 539, 320], []), ([320, 2103, 1125, 539, 518], []), ([320, 12_345], []),
    ([320, 1125, 539, 518, 3638], []), ([320], [530, 320, 1455, 1063]), ([794, 539, 518], []),
    ([320, 1125, 539, 518, 2442], []),
  ]
}
