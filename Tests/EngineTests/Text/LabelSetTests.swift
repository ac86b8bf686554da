import Foundation
import Testing

@testable import Engine

@Suite struct LabelSetTests {
  private func labels(_ contents: String) throws -> LabelSet {
    try TextFixtures.withFile(contents.utf8) { try LabelSet(contentsOf: $0) }
  }

  private func descriptions(_ contents: String) throws -> [String] {
    try labels(contents).notices.map(\.description)
  }

  @Test func everyLineIsALabelAndItsIDIsItsIndex() throws {
    let set = try labels("tench\n# 1 apple\n=1+1\n</script>{{x}}\n' OR 1=1\ngoldfish\n")
    #expect(
      set.labels == ["tench", "# 1 apple", "=1+1", "</script>{{x}}", "' OR 1=1", "goldfish"])
    #expect(set.notices.isEmpty)
    #expect(set.duplicates.isEmpty)
    #expect(set.maskedCount == 0)
    #expect(set.wordNetIDs == nil)
  }

  @Test func aFinalLineFeedMakesNoLabel() throws {
    #expect(try labels("a\nb") == labels("a\nb\n"))
    #expect(try labels("a").count == 1)
  }

  @Test func aByteOrderMarkIsDroppedAndStated() throws {
    #expect(try labels("\u{FEFF}a\nb\n").labels == ["a", "b"])
    #expect(try descriptions("\u{FEFF}a\nb\n") == ["byte order mark dropped"])
  }

  @Test func carriageReturnsBeforeLineFeedsAreCounted() throws {
    #expect(try labels("a\r\nb\nc\r\n").labels == ["a", "b", "c"])
    #expect(try descriptions("a\r\nb\nc\r\n") == ["2 lines ended with CR LF, read as LF"])
    #expect(try descriptions("a\r\nb") == ["1 line ended with CR LF, read as LF"])
  }

  @Test func blankLinesKeepTheirPlaceAndAreMasked() throws {
    let set = try labels("a\n\nb\n \t\u{3000}\nc\n\n")
    #expect(set.labels == ["a", "", "b", " \t\u{3000}", "c", ""])
    #expect(set.isMasked == [false, true, false, true, false, true])
    #expect(set.maskedCount == 3)
    #expect(set.duplicates.isEmpty)
    #expect(
      set.notices.map(\.description) == ["3 labels blank, kept in place and masked: lines 2, 4, 6"])
    #expect(
      try descriptions("\n")
        == ["1 label blank, kept in place and masked: line 1"])
  }

  @Test func surroundingSpaceIsKeptAndCounted() throws {
    let set = try labels(" a\nb \nc\nd\u{A0}\n")
    #expect(set.labels == [" a", "b ", "c", "d\u{A0}"])
    #expect(
      set.notices.map(\.description) == [
        "3 labels with white space before or after, kept as written: lines 1, 2, 4"
      ])
  }

  @Test func otherSeparatorsAreCharacters() throws {
    let set = try labels("a\u{2028}b\nc\u{85}d\ne\tf\ng\u{202E}h\n")
    #expect(set.count == 4)
    #expect(
      set.notices.map(\.description) == [
        "3 labels with control characters or line separators, kept as written: lines 1, 2, 3"
      ])
  }

  @Test func duplicatesAreKeptAndGrouped() throws {
    let set = try labels("crane\ncaf\u{E9}\nCrane\ncrane\ncafe\u{301}\nbig  dog\nbig dog\ncat\n")
    #expect(set.count == 8)
    #expect(
      set.duplicates == [
        DuplicateLabels(likeness: .exact, labelIDs: [0, 3]),
        DuplicateLabels(likeness: .composition, labelIDs: [1, 4]),
        DuplicateLabels(likeness: .whiteSpace, labelIDs: [5, 6]),
        DuplicateLabels(likeness: .letterCase, labelIDs: [0, 2, 3]),
      ])
    #expect(
      set.notices.map(\.description) == [
        "1 group of labels that are equal, all kept: lines 1, 4",
        "1 group of labels that differ in Unicode composition only, all kept: lines 2, 5",
        "1 group of labels that differ in white space only, all kept: lines 6, 7",
        "1 group of labels that differ in letter case only, all kept: lines 1, 3, 4",
      ])
  }

  @Test func duplicatesAreMaskedOnDemandAndKeepTheirIDs() throws {
    let set = try labels("crane\ncaf\u{E9}\n \nCRANE\ncrane\ncafe\u{301}\n cat\ncat\n")
    let masked = set.maskingDuplicates()
    #expect(masked.labels == set.labels)
    #expect(
      masked.statuses == [
        .usable, .usable, .blank, .duplicate, .duplicate, .duplicate, .usable, .duplicate,
      ])
    #expect(masked.maskedCount == 5 && set.maskedCount == 1)
    #expect(masked.duplicates == set.duplicates)
    #expect(masked.maskingDuplicates() == masked)
    #expect(
      masked.notices.map(\.description) == [
        "1 label blank, kept in place and masked: line 3",
        "1 label with white space before or after, kept as written: line 7",
        "1 group of labels that are equal, one of each used, the others masked: lines 1, 5",
        "1 group of labels that differ in Unicode composition only, one of each used, the others "
          + "masked: lines 2, 6",
        "1 group of labels that differ in white space only, one of each used, the others masked: "
          + "lines 7, 8",
        "1 group of labels that differ in letter case only, one of each used, the others masked: "
          + "lines 1, 4, 5",
      ])
    let plain = try labels("a\nb\n")
    #expect(plain.maskingDuplicates() == plain)
  }

  @Test func longListsOfPlacesAreCut() throws {
    #expect(
      try descriptions("\n\n\n\n\n\n\na\n")
        == ["7 labels blank, kept in place and masked: lines 1, 2, 3, 4, 5 and 2 more"])
  }

  @Test func aLineOfAMegabyteIsALabel() throws {
    let long = String(repeating: "word ", count: 200_000) + "end"
    #expect(try labels("a\n" + long + "\n").labels[1] == long)
  }

  @Test(arguments: [
    ("a\nb\rc\n", "line 2: found a carriage return without line feed, expected LF or CR LF"),
    ("a\r", "line 1: found a carriage return without line feed, expected LF or CR LF"),
    ("a\r\r\n", "line 1: found a carriage return without line feed, expected LF or CR LF"),
    ("a\nb\0c\n", "line 2: found a NUL character"),
    ("", "found no labels, expected at least 1"),
    ("\u{FEFF}", "found no labels, expected at least 1"),
  ])
  func hostileFilesAreRefused(contents: String, message: String) throws {
    try expect(Array(contents.utf8), message)
  }

  @Test func bytesThatAreNotUTF8AreRefused() throws {
    try expect(Array("a\nb\n".utf8) + [0xFF, 0x0A], "line 3: found bytes that are not UTF-8")
    try expect([0xED, 0xA0, 0x80], "line 1: found bytes that are not UTF-8")
  }

  private func expect(_ bytes: [UInt8], _ message: String) throws {
    try TextFixtures.withFile(bytes) { path in
      let error = #expect(throws: TextError.self) { try LabelSet(contentsOf: path) }
      #expect(error?.description == "\(path): \(message)")
      #expect(error?.kind == .badData)
    }
  }

  @Test func aMissingFileIsMissingInput() {
    let error = #expect(throws: TextError.self) { try LabelSet(resolving: "/no/labels.txt") }
    #expect(error?.description == "/no/labels.txt: no such file or directory")
    #expect(error?.kind == .missingInput)
  }

  @Test func imageNetIsBuiltIn() throws {
    let set = try LabelSet(resolving: "imagenet")
    #expect(set.count == 1000)
    #expect(set.labels.first == "tench")
    #expect(set.wordNetIDs?.first == "n01440764")
    #expect(set.wordNetIDs.map { Set($0).count } == 1000)
    #expect(Set(set.labels).count == 998)
    #expect(
      set.duplicates.filter { $0.likeness == .exact }.map(\.labelIDs) == [[657, 744], [836, 837]])
  }

  /// The digest is that of the lines that timm 1.0.31 has in `imagenet_synset_to_lemma.txt`, in class order.
  @Test func wordsOfSynsetsAreBuiltIn() throws {
    let set = try LabelSet(resolving: "imagenet-synsets")
    #expect(set.wordNetIDs == LabelSet.imageNet.wordNetIDs)
    #expect(set.labels[0] == "tench, Tinca tinca" && set.labels[452] == "bonnet, poke bonnet")
    #expect(set.labels[638] == "maillot" && set.labels[639] == "maillot, tank suit")
    #expect(
      set.duplicates.filter { $0.likeness == .exact }.map(\.labelIDs) == [[134, 517]])
    let digest = FileDigest.sha256(Data(set.labels.map { $0 + "\n" }.joined().utf8))
    #expect(digest == "4eb3da435cf544e4a6f390f62c84cb9c9bb68cf8b14e97f8a063452382e5efd2")
  }

  @Test(.enabled(if: TextFixtures.hasReal, "no ../shared/data beside the package"))
  func imageNetEqualsThePublishedList() throws {
    let published = try LabelSet(contentsOf: TextFixtures.real("imagenet1000.txt"))
    #expect(published.labels == LabelSet.imageNet.labels)
  }
}
