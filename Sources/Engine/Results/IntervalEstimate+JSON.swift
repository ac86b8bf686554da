extension IntervalEstimate {
  /// The estimate as files hold it: `estimate`, `lower` and `upper`; null where a number is none, or an end not known.
  public var json: JSONValue {
    func number(_ value: Double) -> JSONValue { value.isFinite ? JSONValue(value) : .null }
    return ["estimate": number(estimate), "lower": number(lower), "upper": number(upper)]
  }

  /// Reads what `json` gives; nil without an estimate and a lower end.
  ///
  /// - Parameter json: The object; an upper end of null is infinite.
  init?(_ json: JSONValue?) {
    guard let estimate = json?["estimate"]?.double, let lower = json?["lower"]?.double else {
      return nil
    }
    self.init(estimate: estimate, lower: lower, upper: json?["upper"]?.double ?? .infinity)
  }
}
