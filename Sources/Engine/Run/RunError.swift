/// A request that does not hold together, or that `--strict` refuses.
public struct RunError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case modelNeeded(for: String)
    case strict([String])
    case nothingRead(count: Int)
    case inputChanged(role: String, found: String, expected: String)
    case changedMeanwhile
    case tooFewLabels(Int, needed: Int, by: String)
    case notRecorded(String)
    case unknownKind(tried: [String])
    case wrongProduct(error: Double, bound: Double)
    case badMemorySize(String)
    case memoryBelowOneBlock(found: Int, needed: Int, isStated: Bool)
    case memoryBelowEncoder(found: Int, needed: Int, isStated: Bool)
    case labelsBeyondMemory(count: Int, found: Int, needed: Int, isStored: Bool)
  }

  /// What is asked for, or the file concerned.
  public let subject: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(subject: String, reason: Reason) {
    self.subject = subject
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .modelNeeded, .badMemorySize: .usage
    case .memoryBelowOneBlock(_, _, let isStated), .memoryBelowEncoder(_, _, let isStated):
      isStated ? .usage : .unavailable
    case .wrongProduct, .labelsBeyondMemory: .unavailable
    case .changedMeanwhile: .inputOutput
    default: .badData
    }
  }

  public var description: String { "\(subject.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .modelNeeded(let purpose): "found no --model, expected one for \(purpose)"
    case .strict(let warnings): "refused by --strict: " + warnings.joined(separator: "; ")
    case .nothingRead(let count):
      "all \(count) features are masked, expected at least one that can be read"
    case .inputChanged(let role, let found, let expected):
      "\(role) has changed since the run: found \(found), expected \(expected)"
    case .changedMeanwhile: "has changed since it was opened, expected it to stay as it is"
    case .tooFewLabels(let count, let needed, let who):
      "labels: found \(count) that can be used, expected at least \(needed), as many as \(who) writes"
    case .notRecorded(let what): "run.json does not say \(what)"
    case .unknownKind(let tried):
      "not a file that is known here: tried " + tried.joined(separator: "; ")
    case .wrongProduct(let error, let bound):
      "matrix product: found an error of \(error), expected at most \(bound); "
        + "OPENBLAS_CORETYPE chooses other kernels"
    case .badMemorySize(let text):
      "found \(text.printable()), expected bytes, at least 1, such as 512M or 4G"
    case .memoryBelowOneBlock(let found, let needed, let isStated):
      Self.memory(found, needed, isStated: isStated) + " for one block on one thread"
    case .memoryBelowEncoder(let found, let needed, let isStated):
      Self.memory(found, needed, isStated: isStated)
        + " for the tokenizer and the text tower on one thread"
    case .labelsBeyondMemory(let count, let found, let needed, let isStored):
      "memory for \(count) labels: found \(MemorySize.text(found, rounding: .down)), "
        + "expected at least \(MemorySize.text(needed, rounding: .up))"
        + (isStored ? "" : " to encode them") + "; --max-memory allows more"
    }
  }

  private static func memory(_ found: Int, _ needed: Int, isStated: Bool) -> String {
    "found \(MemorySize.text(found, rounding: .down))"
      + (isStated ? "" : ", a quarter of what is free")
      + ", expected at least \(MemorySize.text(needed, rounding: .up))"
  }
}
