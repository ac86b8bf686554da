internal import Foundation

/// One step of the `normalizer` of a `tokenizer.json`.
enum TextStep: Sendable {
  case composed
  case decomposed
  case compatibilityComposed
  case compatibilityDecomposed
  case lowercase
  case strip(left: Bool, right: Bool)
  case prepend([Unicode.Scalar])
  case replace(ScalarPattern, with: [Unicode.Scalar])
  case precompiled(PrecompiledCharacters)

  /// The text after the step.
  func applied(to text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    switch self {
    case .composed: return Self.mapped(text, \.precomposedStringWithCanonicalMapping)
    case .decomposed: return Self.mapped(text, \.decomposedStringWithCanonicalMapping)
    case .compatibilityComposed:
      return Self.mapped(text, \.precomposedStringWithCompatibilityMapping)
    case .compatibilityDecomposed:
      return Self.mapped(text, \.decomposedStringWithCompatibilityMapping)
    case .lowercase: return text.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    case .strip(let left, let right):
      var rest = text[...]
      if left { rest = rest.drop(while: \.isSpace) }
      while right, rest.last?.isSpace == true { rest.removeLast() }
      return Array(rest)
    case .prepend(let prefix): return text.isEmpty ? [] : prefix + text
    case .replace(let pattern, let content): return pattern.replacing(in: text, with: content)
    case .precompiled(let table): return table.normalized(text)
    }
  }

  /// How many times as long a text can become by the step, at most.
  var growth: Double {
    switch self {
    // The longest decomposition of Unicode has 18 scalars, the longest lower case 3.
    case .composed, .decomposed, .compatibilityComposed, .compatibilityDecomposed: 18
    case .lowercase: 3
    case .strip: 1
    case .prepend(let prefix): Double(prefix.count + 1)
    case .replace(let pattern, let content):
      max(1, Double(content.count) / Double(pattern.leastLength))
    case .precompiled(let table): Double(max(1, table.longestReplacement))
    }
  }

  /// A mapping of Foundation; none changes ASCII.
  private static func mapped(
    _ text: [Unicode.Scalar], _ mapping: (String) -> String
  ) -> [Unicode.Scalar] {
    guard text.contains(where: { !$0.isASCII }) else { return text }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    return Array(mapping(String(view)).unicodeScalars)
  }
}

extension [TextStep] {
  /// The text after all steps.
  func applied(to text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
    reduce(Array<Unicode.Scalar>(text)) { $1.applied(to: $0) }
  }
}

/// One step of the `pre_tokenizer` of a `tokenizer.json`: what cuts a text into pieces.
enum PieceStep: Sendable {
  /// Pieces between white space, which is dropped.
  case whitespace
  /// Spaces become `mark`; pieces begin at marks.
  case metaspace(mark: Unicode.Scalar, prepends: Prepending, splits: Bool)
  /// Each scalar of a literal ends a piece.
  case endingAt(Unicode.Scalar)

  /// Where a mark is put before a text that does not begin with one.
  enum Prepending: String, Sendable { case always, first, never }

  /// The pieces of a piece.
  ///
  /// - Parameters:
  ///   - text: The piece.
  ///   - isFirst: Whether it is at the beginning of the whole text.
  /// - Returns: Its pieces, none empty.
  func pieces(of text: [Unicode.Scalar], isFirst: Bool) -> [[Unicode.Scalar]] {
    switch self {
    case .whitespace: return text.split(whereSeparator: \.isSpace).map(Array.init)
    case .metaspace(let mark, let prepends, let splits):
      var marked = text.map { $0 == " " ? mark : $0 }
      let isWanted = prepends == .always || (prepends == .first && isFirst)
      if isWanted, let first = marked.first, first != mark { marked.insert(mark, at: 0) }
      guard splits else { return marked.isEmpty ? [] : [marked] }
      return Self.cut(marked) { index in marked[index] == mark }
    case .endingAt(let scalar):
      return Self.cut(text) { index in index > 0 && text[index - 1] == scalar }
    }
  }

  /// Cuts a text before each index for which `isStart` holds.
  private static func cut(
    _ text: [Unicode.Scalar], _ isStart: (Int) -> Bool
  ) -> [[Unicode.Scalar]] {
    var pieces: [[Unicode.Scalar]] = []
    for (index, scalar) in text.enumerated() {
      if pieces.isEmpty || isStart(index) {
        pieces.append([scalar])
      } else {
        pieces[pieces.count - 1].append(scalar)
      }
    }
    return pieces
  }
}
