/// What a verdict says, without all that it rests on.
public struct VerdictSummary: Sendable {
  /// A verdict that holds.
  public struct Finding: Sendable, Equatable {
    /// Its name, such as `WORKS`.
    public let name: String
    /// What was found.
    public let sentence: String
    /// What changes it, if anything does.
    public let remedy: String?
    /// What it was decided by; nil where that is no number.
    public let value: Double?
    /// The interval of the value.
    public let interval: ClosedRange<Double>?
    /// What the value is held against.
    public let threshold: Double?
  }

  /// Features beside null features.
  public struct Comparison: Sendable, Equatable {
    /// The share of the features beyond them: what the share of those with nothing to be found leaves of 1.
    public let beyond: IntervalEstimate
    /// The features found at a false discovery rate of 0.05.
    public let discoveries: Int
  }

  /// What is said of a variant of the lens, of names by the score `centred`.
  public struct Variant: Sendable {
    /// Its name, such as `dec.lin`.
    public let id: String
    /// The features that were read.
    public let readCount: Int?
    /// The alignment with the labels, 1 for rotated features, and its deviation over rotations.
    public let alignment: (ratio: Double, deviation: Double)?
    /// Beside rotated features.
    public let rotated: Comparison?
    /// Beside random vectors in their place.
    public let inPlace: Comparison?
    /// The share of names that are right; nil without truth.
    public let right: IntervalEstimate?
    /// The same if features exchange their names.
    public let permuted: Double?
    /// The share of what any lens could name right.
    public let efficiency: IntervalEstimate?
    /// The labels in effective use.
    public let effectiveLabels: Double?
    /// The label that is best most often, and its share of the features.
    public let hub: (label: String, share: Double)?
    /// The least cosine that would be found 4 times of 5, had labels been planted at it in half of the features.
    public let minimumCosine: IntervalEstimate?
  }

  /// The verdicts that hold, in the order in which they were asked.
  public let holding: [Finding]
  /// The verdicts that were not judged, and why.
  public let notJudged: [(name: String, reason: String)]
  /// The variant in use.
  public let formInUse: String?
  /// The variants that were judged.
  public let variants: [Variant]

  /// Reads a verdict.
  ///
  /// - Parameter verdict: The contents of `verdict.json`; what it lacks is left out.
  public init(_ verdict: JSONObject) {
    let findings = verdict["findings"]?.array ?? []
    holding = findings.compactMap { $0["holds"]?.bool == true ? Finding($0) : nil }
    notJudged = findings.compactMap { finding in
      guard let name = finding["name"]?.string, let reason = finding["not_judged"]?.string else {
        return nil
      }
      return (name, reason)
    }
    formInUse = verdict["form_in_use"]?.string
    variants = (verdict["variants"]?.array ?? []).compactMap { Variant($0) }
  }

  /// What is said of the variant in use; nil if it was not judged.
  public var inUse: Variant? { variants.first { $0.id == formInUse } }
}

extension VerdictSummary.Finding {
  fileprivate init?(_ json: JSONValue) {
    guard let name = json["name"]?.string else { return nil }
    self.name = name
    sentence = json["sentence"]?.string ?? ""
    remedy = json["changed_by"]?.string
    value = json["value"]?.double
    threshold = json["threshold"]?.double
    let ends = (json["interval"]?.array ?? []).compactMap(\.double)
    interval = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
  }
}

extension VerdictSummary.Comparison {
  fileprivate init?(_ json: JSONValue?) {
    guard let null = IntervalEstimate(json?["null_share"]),
      let discoveries = json?["discoveries"]?.integer
    else { return nil }
    beyond = null.complement
    self.discoveries = discoveries
  }
}

extension VerdictSummary.Variant {
  fileprivate init?(_ json: JSONValue) {
    guard let id = json["id"]?.string else { return nil }
    let score = json["scores"]?.array?.first { $0["id"]?.string == "centred" }
    let agreement = score?["agreement"]
    self.id = id
    readCount = json["read"]?.integer
    alignment = json["alignment"]?["ratio"]?.double.flatMap { ratio in
      (json["alignment"]?["null_deviation"]?.double).map { (ratio, $0) }
    }
    rotated = VerdictSummary.Comparison(score?["rotated"])
    inPlace = VerdictSummary.Comparison(score?["in_place"])
    right = IntervalEstimate(agreement?["right"])
    permuted = agreement?["permuted"]?.double
    efficiency = IntervalEstimate(json["ceiling"]?["efficiency"])
    effectiveLabels = score?["hubs"]?["effective_labels"]?.double
    let top = score?["hubs"]?["top"]?.array?.first
    hub = (top?["label"]?.string).flatMap { label in
      (score?["hubs"]?["top_share"]?.double).map { (label, $0) }
    }
    minimumCosine = IntervalEstimate(json["evidence"]?["power"]?["minimum_cosine"])
  }
}
