import Foundation
import Testing

@testable import Engine

/// Torch files, pickles and other containers that are wrong in one way: rows 25 to 44 of the table
/// of faults as far as they show in whole files.
@Suite struct TorchFaultTests {
  private let directory: TemporaryDirectory

  /// Four numbers, 0 to 3.
  private static let storage = SafetensorsBuilder.bytes(of: [0, 1, 2, 3], dtype: .f32)

  private static let unknown =
    "found no file of tensors that is known here: expected safetensors, a torch file, a pickle, "
    + "NPY or NPZ"

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// The message for a file, without the path that opens it, or nil if it is accepted.
  private func message(_ file: Data, name: String = "f.pt", _ kind: FaultKind = .badData) -> String?
  {
    do {
      let path = try directory.write(name, file)
      _ = try TensorFile(contentsOf: path)
      return nil
    } catch let error as CheckpointError {
      #expect(error.kind == kind)
      #expect(!error.description.contains("\n"))
      return error.description.replacing(directory.path + "/\(name): ", with: "")
    } catch {
      return "\(error)"
    }
  }

  /// The message for a torch archive with four numbers as its storage.
  private func message(archived pickle: String, storages: [Data] = [storage]) -> String? {
    message(ZipBuilder.torch(PickleText.bytes(pickle), storages: storages).file)
  }

  /// The message for a plain pickle.
  private func message(pickle: String) -> String? {
    message(PickleText.bytes("\u{80}\u{2}" + pickle), name: "f.pkl")
  }

  private func open(_ file: Data, name: String = "f.pt") throws -> TensorFile {
    try TensorFile(contentsOf: try directory.write(name, file))
  }

  @Test func theArchiveThatAllOthersDifferFromIsAccepted() throws {
    let pickle = PickleText.bytes(PickleText.tensor([2, 2], [2, 1]) + ".")
    let file = try open(ZipBuilder.torch(pickle, storages: [Self.storage]).file)
    #expect(try file.tensor("array").floats() == [0, 1, 2, 3])
  }

  @Test func row25To27CodeIsNamedAndNotRun() throws {
    let trace = directory.path + "/trace"
    for (pickle, offset, name) in [
      ("cos\nsystem\n(Vtouch \(trace)\ntR.", 0, "os.system"),
      ("cbuiltins\neval\n(Vopen('\(trace)','w')\ntR.", 0, "builtins.eval"),
      ("(Vtouch \(trace)\niposix\nsystem\n.", trace.count + 9, "posix.system"),
      ("cos\nsystem\n(Vtouch \(trace)\ntR\u{FF}", 0, "os.system"),
    ] {
      let refused = "which no tensor needs; nothing was run"
      #expect(
        message(archived: pickle) == "pickle: byte \(offset): calls or names \(name), \(refused)")
      #expect(
        message(pickle: pickle) == "pickle: byte \(offset + 2): calls or names \(name), \(refused)")
    }
    #expect(!MappedFile.exists(trace))
  }

  @Test func row27BytesAfterThePickle() {
    #expect(message(archived: "N.x") == "pickle: byte 2: 1 bytes after the pickle")
    #expect(message(pickle: "N.x") == "pickle: byte 4: 1 bytes after the pickle")
  }

  @Test func row30ValuesInThemselves() {
    let what = "torch file: values nested more than 64 deep, or in themselves"
    let deep = String(repeating: "]", count: 100_000) + String(repeating: "a", count: 99_999) + "."
    #expect(message(archived: deep) == what)
    #expect(message(archived: "]q\u{0}h\u{0}a.") == what)
    #expect(
      message(archived: "}q\u{0}Va\nh\u{0}s.") == what + ": "
        + String(repeating: "a.", count: 30) + "…")
    // Twenty lists, each ten times in the next: short, but endless to look at.
    let laughs = (0..<20).map { level in
      "("
        + String(
          repeating: level == 0 ? "K\u{1}" : "h\(Character(Unicode.Scalar(UInt8(level - 1))))",
          count: 10)
        + "lq\(Character(Unicode.Scalar(UInt8(level))))0"
    }
    #expect(
      message(archived: laughs.joined() + "h\u{13}.") == "torch file: more than 1048576 values")
  }

  @Test(arguments: [
    ([5], [1], 0, "ends outside of its storage of 4 elements"),
    ([2], [1], 3, "ends outside of its storage of 4 elements"),
    ([2, 2], [3, 1], 0, "ends outside of its storage of 4 elements"),
    ([1], [1], 4, "ends outside of its storage of 4 elements"),
    ([1], [1], Int.max, "ends outside of its storage of 4 elements"),
    ([2], [-1], 1, "expected whole numbers from 0 that stay within 2^63 bytes"),
    ([-2], [1], 0, "expected whole numbers from 0 that stay within 2^63 bytes"),
    ([2], [1], -1, "expected whole numbers from 0 that stay within 2^63 bytes"),
    ([2, 2], [1], 0, "expected whole numbers from 0 that stay within 2^63 bytes"),
    ([3], [Int.max], 0, "expected whole numbers from 0 that stay within 2^63 bytes"),
    ([1 << 40, 1 << 40], [0, 0], 0, "expected whole numbers from 0 that stay within 2^63 bytes"),
    (
      [0, 1 << 40, 1 << 40], [1, 1, 1], 0,
      "expected whole numbers from 0 that stay within 2^63 bytes"
    ),
    ([1_000_000_000_000], [0], 0, "4000000000000 bytes, expected at most 1048576 in this file"),
  ])
  func row31ViewsOutsideOfTheirStorage(
    shape: [Int], strides: [Int], offset: Int, what: String
  ) {
    #expect(
      message(archived: PickleText.tensor(shape, strides, offset: offset) + ".")
        == "array: shape \(shape) by strides \(strides) from element \(offset): \(what)")
  }

  @Test func row31StoragesOfAnotherSize() {
    #expect(
      message(archived: PickleText.tensor([4], [1], count: 5) + ".")
        == "torch file: storage \"0\" has 16 bytes, expected 5 elements of 4")
    #expect(
      message(archived: PickleText.tensor([2], [1], count: 4, type: "DoubleStorage") + ".")
        == "torch file: storage \"0\" has 16 bytes, expected 4 elements of 8")
    #expect(
      message(archived: PickleText.tensor([1], [1], count: -1) + ".")
        == "array: a storage of an unknown form")
    #expect(
      message(
        archived: "}(Va\n" + PickleText.tensor([4], [1]) + "Vb\n"
          + PickleText.tensor([2], [1], count: .max) + "u.")
        == "torch file: two descriptions of storage \"0\"")
    let nine = [Int](repeating: 1, count: 9)
    #expect(
      message(archived: PickleText.tensor(nine, nine) + ".")
        == "array: 9 dimensions, expected at most 8")
    #expect(
      message(
        archived: "}(Va\n" + PickleText.tensor([4], [1]) + "Vb\n"
          + PickleText.tensor([2], [1], count: 2) + "u.")
        == "torch file: two descriptions of storage \"0\"")
  }

  @Test(arguments: ["../../../etc/passwd", "1", "/etc/passwd", "..\\x"])
  func row32StoragesElsewhere(key: String) {
    #expect(
      message(archived: PickleText.tensor([4], [1], key: key) + ".")
        == "archive/data/\(key): no such entry in the archive")
    #expect(
      message(pickle: PickleText.tensor([4], [1], key: key) + ".")
        == "torch file: no storage \"\(key)\" in the file")
  }

  @Test func row33TarArchives() {
    var tar = Data(count: 1024)
    tar.replaceSubrange(257..<262, with: Data("ustar".utf8))
    #expect(
      message(tar)
        == "found a tar archive, expected weights; torch files of before version 0.1.10 are not read"
    )
  }

  @Test func row33OldTorchFiles() throws {
    let path = ClipFixture.fixtures + "/torch/legacy.pt"
    let file = try MappedFile.contents(of: path)
    #expect(message(file + Data([0])) == "torch file: 1 bytes after the last storage")
    #expect(message(file.dropLast())?.hasSuffix("bytes are left") == true)
    #expect(message(file.prefix(15)) == "pickle: byte 0: the pickle ends within an operation")
    let marker = PickleText.bytes("\u{80}\u{2}M\u{E9}\u{3}.")
    let version = try #require(file.firstRange(of: marker))
    var other = Data(file)
    other[version.lowerBound + 3] = 0xE8
    #expect(message(other) == "torch file: protocol is not 1001")
  }

  @Test func row34ByteOrders() {
    let order = { (text: String) in
      var builder = ZipBuilder.torch(
        PickleText.bytes(PickleText.tensor([1], [1]) + "."), storages: [Self.storage])
      builder.entries.append(
        ZipBuilder.Entry(name: "archive/byteorder", contents: Data(text.utf8)))
      return builder.file
    }
    #expect(message(order("little")) == nil)
    #expect(message(order("middle")) == "torch file: entry byteorder is neither little nor big")
  }

  @Test func row35LinesBeforeAnArchive() throws {
    let archive = ZipBuilder.torch(
      PickleText.bytes("}Vw\n" + PickleText.tensor([4], [1]) + "s."), storages: [Self.storage])
    let opened = try open(Data("{\"cfg\":{\"k\":3},\"e\":{}}\n".utf8) + archive.file)
    #expect(opened.container == .saev)
    #expect(opened.attributes["cfg.k"] == 3)
    #expect(opened.names == ["w"])
    let long = Data("{\"".utf8) + Data(repeating: 0x61, count: 1 << 20)
    #expect(message(long) == "first line of more than 1048576 bytes")
    #expect(
      message(Data("{\"a\":1,\"a\":2}\n".utf8) + archive.file)?.hasPrefix("not JSON: byte ") == true
    )
    #expect(
      message(Data("{\"w\":1}\n".utf8) + archive.file) == "torch file: two values named w")
    #expect(
      message(Data("{}\n ".utf8) + archive.file)
        == Self.unknown)
    #expect(
      message(Data("#!/bin/sh\n".utf8) + archive.file)
        == "found a web page or text, expected weights; download the file again")
  }

  @Test func row36To39ArchivesAreStrict() throws {
    var bomb = ZipBuilder(("a.npy", Data(count: 42_000)))
    (bomb.entries[0].method, bomb.entries[0].size) = (8, 0xFFFF_FFFE)
    #expect(
      message(bomb.file, name: "f.npz")
        == "a.npy: 4294967294 bytes inflated from 42000, expected at most 71308864")
    var torch = ZipBuilder.torch(Data("N.".utf8))
    torch.entries[0].checksum = 1
    #expect(message(torch.file) == "archive/data.pkl: CRC-32 f3f57dbb, expected 00000001")
    torch.entries.append(torch.entries[0])
    #expect(message(torch.file) == "ambiguous archive: two entries named \"archive/data.pkl\"")
    torch.entries[1].name = "other/data.pkl"
    #expect(message(torch.file) == "torch file: 2 entries data.pkl, expected one")
    torch.entries[1].name = "../x"
    #expect(
      message(torch.file)
        == "../x: unsafe name, expected a relative path without \"..\", backslash or null")
    #expect(
      message(ZipBuilder(("word/document.xml", Data())).file)
        == "torch file: no entry data.pkl in the archive, and word/document.xml is no array")
    #expect(
      message(torch.file.dropLast(1))
        == "zip archive: no end record: the file is cut short or has bytes after it")
  }

  @Test func row40PickledObjectsOfNumPy() throws {
    let array =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\u{0}tC\u{1}btR"
      + "(K\u{1}(K\u{2}tcnumpy\ndtype\n(VO8\nI00\nI01\ntRI00\n]tb."
    let file = try open(PickleText.bytes("\u{80}\u{2}" + array), name: "f.pkl")
    #expect(file.tensors.isEmpty)
    #expect(file.unreadable == ["array": "pickled objects"])
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
    let member =
      Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.count), 0])
      + Data(header.utf8) + Data(count: 8)
    #expect(
      message(ZipBuilder(("a.npy", member)).file, name: "f.npz")
        == "a.npy: NPY header: pickled objects are never loaded")
  }

  @Test func row44SizesOfBareNumbers() throws {
    let numbers = SafetensorsBuilder.bytes(of: [1, 2, 3, 4, 5, 6], dtype: .f32)
    let opened = try open(numbers, name: "cc3m_ViT-B~32_train_image_3_2.npy")
    #expect(opened.container == .rawFloats)
    #expect(try opened.tensor("array").shape == [3, 2])
    #expect(
      message(numbers, name: "x_train_2_2.npy")
        == "found 24 bytes, expected 2 x 2 x 4 by the name of the file")
    #expect(
      message(numbers, name: "x_9223372036854775807_9.npy")
        == "found 24 bytes, expected 9223372036854775807 x 9 x 4 by the name of the file")
    #expect(message(numbers, name: "x.npy") == "not an NPY file")
    #expect(message(numbers, name: "3_2.npy") == "not an NPY file")
  }

  @Test func row21NamesWithoutMeasure() {
    let name = String(repeating: "a", count: 2000)
    #expect(
      message(archived: "}(V\(name)\nK\u{1}u.")
        == "torch file: a name of more than 1024 bytes: "
        + String(repeating: "a", count: 60) + "…")
  }

  @Test func repeatedPathsAreRefused() {
    #expect(
      message(archived: "}(Va\n}Vb\nK\u{1}sVa.b\nK\u{2}u.") == "torch file: two values named a.b")
  }

  @Test func otherFilesAreNamedForWhatTheyAre() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    #expect(
      message(Data(pointer.utf8)) == "found a Git LFS pointer, expected weights; run git lfs pull")
    #expect(
      message(Data("<!DOCTYPE html><html>".utf8))
        == "found a web page or text, expected weights; download the file again")
    let unknown = Self.unknown
    #expect(message(Data([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4, 5, 6])) == unknown)
    #expect(message(Data()) == unknown)
    #expect(message(Data([0x1F, 0x8B, 8, 0]), name: "f.pkl.gz") == unknown)
  }
}
