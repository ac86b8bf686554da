/// The prompts of every label under every template, class-major.
///
/// With M templates, the prompt of label l under template m has index l · M + m: all prompts of a
/// label stand together, as in open_clip's `zero_shot_classifier`.
public struct PromptGrid: Sendable, Equatable {
  /// The labels, L of them.
  public let labels: [String]

  /// The templates, M of them.
  public let templates: [PromptTemplate]

  /// Makes a grid.
  ///
  /// - Parameters:
  ///   - labels: The labels, by id; masked ones have prompts, too, so that indices hold.
  ///   - templates: The templates, at least 1.
  /// - Precondition: There is a template.
  public init(labels: [String], templates: [PromptTemplate]) {
    precondition(!templates.isEmpty, "no templates")
    self.labels = labels
    self.templates = templates
  }

  /// The number of prompts, L · M.
  public var count: Int { labels.count * templates.count }

  /// The prompt at an index.
  public subscript(index: Int) -> String {
    templates[index % templates.count].prompt(for: labels[index / templates.count])
  }

  /// All prompts, in order.
  public var prompts: [String] { (0..<count).map { self[$0] } }
}
