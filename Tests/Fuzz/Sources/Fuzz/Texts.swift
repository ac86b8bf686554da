import Foundation

@testable import Engine

// Readers of JSON, tokenizers, labels and templates.
extension FuzzTarget {
  /// What is written of a value must be read as the same value.
  func readJSON(_ input: Data) {
    reading {
      let value = try JSONValue(parsing: input)
      let again = try JSONValue(parsing: Data(value.serialized().utf8))
      precondition(again == value, "\(value.serialized()) is read as \(again.serialized())")
    }
  }

  func readConfiguration(_ input: Data) {
    let path = MemoryFiles.write(input, "config.json")
    reading { _ = try CLIPConfiguration(contentsOf: path) }
    reading { _ = try SAELensConfiguration(contentsOf: path) }
  }

  /// The files of a tokenizer; whatever opens must encode any text within its vocabulary.
  func readTokenizer(_ files: [String: Data]) {
    var paths: [String: String] = [:]
    for (name, contents) in files { paths[name] = MemoryFiles.write(contents, name) }
    reading {
      let path = paths["tokenizer.json"] ?? paths["vocab.json"] ?? paths["merges.txt"] ?? ""
      let tokenizer = try TextTokenizer(resolving: path)
      for sequence in try tokenizer.encode(Self.texts, contextLength: 16) {
        precondition(sequence.ids.count <= 16, "\(sequence.ids)")
      }
    }
  }

  private static let texts = [
    "", " ", "a photo of a cat.", "<|endoftext|> it's<eos></s>", "E\u{301}\u{338}\u{10FFFF}",
    "2,019 \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} 犬\u{FDFA}\u{1D160}\t\u{2028}\u{0}_ß",
  ]

  func readLabels(_ input: Data) {
    let path = MemoryFiles.write(input, "labels.txt")
    reading {
      let set = try LabelSet(contentsOf: path)
      precondition(set.count == set.isMasked.count, "\(set.count) labels")
      for label in set.labels {
        _ = FrontEndRisk.risks(of: label)
        for cleaning in TextCleaning.allCases { _ = cleaning.cleaned(label) }
        _ = label.printable()
      }
      for notice in set.notices { precondition(!"\(notice)".contains("\n"), "\(notice)") }
    }
  }

  func readTemplates(_ input: Data) {
    let path = MemoryFiles.write(input, "templates.txt")
    reading {
      for template in try PromptTemplate.list(contentsOf: path) {
        let again = try PromptTemplate(template.text)
        precondition(again == template, template.text)
        _ = template.prompt(for: "cat")
      }
    }
  }
}
