import Testing

/// The layout of the sources: which folder knows which, what may be imported, where `unsafe` stands.
///
/// A new folder, import or unsafe file is a change of one line here, made on purpose.
@Suite struct SourceLayoutTests {
  /// The folders of the engine, lowest floor first.
  static let floors: [[String]] = [
    ["Tensor"],
    ["Archive", "LinearAlgebra", "Pickle", "Statistics"],
    ["Checkpoint"],
    ["Text"],
    ["Model", "Autoencoder"],
    ["Lens", "Truth", "Foreign"],
    ["Results"],
    ["Run"],
    ["Verdict"],
    ["Sinks"],
  ]

  /// The modules that a folder may import besides `Foundation`, which all may.
  static let imports: [String: Set<String>] = [
    "Tensor": ["CKernels", "Synchronization"],
    "Archive": ["CZlib"],
    "Checkpoint": ["CSystem", "CXXHash", "CZlib", "Crypto", "Dispatch", "Synchronization"],
    "LinearAlgebra": [
      "CKernels", "COpenBLAS", "CSystem", "Dispatch", "RealModule", "Synchronization",
    ],
    "Statistics": ["CDistributions", "RealModule"],
    "Lens": ["RealModule"],
    "Model": ["RealModule"],
    "Run": ["Synchronization"],
  ]

  /// The only files in which `unsafe` may stand.
  static let unsafeFiles: Set<String> = [
    "Sources/Engine/LinearAlgebra/ActivationFunction.swift",
    "Sources/Engine/LinearAlgebra/AffineScores.swift",
    "Sources/Engine/LinearAlgebra/Attention.swift",
    "Sources/Engine/LinearAlgebra/BLAS.swift",
    "Sources/Engine/LinearAlgebra/BLAS+Double.swift",
    "Sources/Engine/LinearAlgebra/BLAS+Library.swift",
    "Sources/Engine/LinearAlgebra/LAPACK.swift",
    "Sources/Engine/LinearAlgebra/CosineReadings.swift",
    "Sources/Engine/LinearAlgebra/LayerNorm.swift",
    "Sources/Engine/LinearAlgebra/RowSelection.swift",
    "Sources/Engine/LinearAlgebra/Sums.swift",
    "Sources/Engine/LinearAlgebra/Parallel.swift",
    "Sources/Engine/Archive/Inflation.swift",
    "Sources/Engine/Tensor/Tensor.swift",
    "Sources/Engine/Tensor/Tensor+Layout.swift",
    "Sources/Engine/Tensor/Widening.swift",
    "Sources/Engine/Checkpoint/BlockChecksum.swift",
    "Sources/Engine/Checkpoint/FileIdentity.swift",
    "Sources/Engine/Checkpoint/MappedFile.swift",
    "Sources/Engine/Checkpoint/SafetensorsWriter.swift",
    "Sources/Engine/Checkpoint/GzipFile.swift",
    "Sources/Engine/Checkpoint/SystemFile.swift",
    "Sources/Campaign/File/PathGlob.swift",
    "Sources/Export/Deflation.swift",
    "Sources/Export/RowInsertion.swift",
    "Sources/lensctl/Support/Signals.swift",
    "Sources/lensctl/Support/Terminal.swift",
  ]

  /// The only files of more than 400 lines: tables.
  static let longFiles: Set<String> = [
    "Sources/Engine/Text/ImageNetTable.swift", "Sources/Engine/Text/ImageNetSynsets.swift",
  ]

  private static let engine = Result { try SourceFile.all(below: "Sources/Engine") }

  @Test func everyFileStandsInAFolderOfAFloor() throws {
    let known = Set(Self.floors.joined())
    let sources = try Self.engine.get()
    #expect(!sources.isEmpty)
    for source in sources {
      #expect(known.contains(source.folder ?? ""), "\(source.path)")
    }
  }

  @Test func foldersDependOnlyDownwards() throws {
    let sources = try Self.engine.get()
    for (floor, folders) in Self.floors.enumerated() {
      let atOrAbove = Set(Self.floors[floor...].joined())
      for source in sources where folders.contains(source.folder ?? "") {
        let hidden = sources.filter {
          $0.folder != source.folder && atOrAbove.contains($0.folder ?? "")
        }
        let violations = source.words.intersection(hidden.flatMap(\.declaredTypes))
          .subtracting(source.declaredTypes)
        #expect(violations.isEmpty, "\(source.path) uses \(violations.sorted())")
      }
    }
  }

  @Test func foldersImportOnlyWhatTheyMay() throws {
    for source in try Self.engine.get() {
      let allowed = Self.imports[source.folder ?? "", default: []].union(["Foundation"])
      let others = source.imports.subtracting(allowed)
      #expect(others.isEmpty, "\(source.path) imports \(others.sorted())")
    }
  }

  @Test func unsafeStandsOnlyWhereItMay() throws {
    for source in try SourceFile.all(below: "Sources") where source.words.contains("unsafe") {
      #expect(Self.unsafeFiles.contains(source.path), "\(source.path)")
    }
  }

  @Test func nothingIsForcedAndTheEngineNeverPrints() throws {
    for source in try SourceFile.all(below: "Sources") {
      for token in ["try!", " as!", "fatalError", "@unchecked"] {
        #expect(!source.code.contains(token), "\(source.path) has \(token)")
      }
      if source.folder != nil {
        #expect(source.words.isDisjoint(with: ["print", "debugPrint"]), "\(source.path)")
      }
    }
  }

  @Test func filesAreShort() throws {
    let files = try SourceFile.all(below: "Sources") + SourceFile.all(below: "Tests")
    for file in files where !Self.longFiles.contains(file.path) {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(lines <= 400, "\(file.path) has \(lines) lines")
    }
  }

  /// Where packages are fetched from is the business of whoever builds, not of this text.
  @Test func noPackageRegistryIsNamed() throws {
    let extensions: Set<String> = ["swift", "h", "c", "md", "py", "sh", "modulemap", "json", "txt"]
    let hosts = ["pypi", "npmjs", "crates", "anaconda", "rubygems"].flatMap { name in
      ["org", "io", "com"].map { "\(name).\($0)" }
    }
    for folder in ["Sources", "Tests", "benchmarks", "examples"] {
      for file in try SourceFile.all(below: folder, extensions) {
        for host in hosts {
          #expect(!file.text.contains(host), "\(file.path) names \(host)")
        }
      }
    }
  }

  @Test(arguments: [
    ("let a = 1 // Matrix", "let a = 1 "), ("/* a /* b */ c */x", "x"),
    ("f(\"Matrix\")", "f(\"\")"),
    (#""a \(b + "c") d""#, " b + \"\" \"\""), (##"#"a \(b) \#(c)"#"##, " c \"\""),
    ("\"\"\"\nMatrix \"x\"\n\"\"\"y", "\"\"y"), (#""\"Matrix"z"#, "\"\"z"),
  ])
  func commentsAndStringsAreStripped(text: String, code: String) {
    #expect(SourceFile.strippingCommentsAndStrings(text) == code)
  }

  @Test func declarationsAreFoundAtTheTopLevelOnly() {
    let text = """
      public struct A<T>: Sendable {
        enum Inner {}
      }
      extension B { struct C {} }
      private final class D {}
      @frozen public enum E {}
      // struct F {}
      public protocol G: ~Copyable {}
      """
    let file = SourceFile(path: "Sources/Engine/Tensor/A.swift", text: text)
    #expect(file.declaredTypes == ["A", "D", "E", "G"])
    #expect(file.folder == "Tensor")
  }
}
