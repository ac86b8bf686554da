import Foundation
import Testing

@testable import Engine

/// Pickles that are read, and rows 25 to 30 of the table of faults.
@Suite struct PickleMachineTests {
  private func read(_ text: String, sizeLimit: Int = 1000) throws(PickleError) -> Pickle {
    try PickleMachine.read(PickleText.bytes(text), isAlone: true, sizeLimit: sizeLimit)
  }

  /// The message for a pickle, without `pickle: `, or nil if it is accepted.
  private func message(_ text: String, sizeLimit: Int = 1000) -> String? {
    do {
      _ = try read(text, sizeLimit: sizeLimit)
      return nil
    } catch {
      #expect(error.kind == .badData)
      #expect(error.description.hasPrefix("pickle: ") && !error.description.contains("\n"))
      return String(error.description.dropFirst(8))
    }
  }

  private func integer(_ text: String) throws -> Int? {
    let pickle = try read(text)
    return pickle.integer(pickle.root)
  }

  private func string(_ text: String) throws -> String? {
    let pickle = try read(text)
    return pickle.string(pickle.root)
  }

  @Test func wholeNumbersOfEveryFormAreRead() throws {
    for (text, value) in [
      ("I-7\n.", -7), ("L12L\n.", 12), ("K\u{FF}.", 255), ("M\u{01}\u{02}.", 513),
      ("J\u{FF}\u{FF}\u{FF}\u{FF}.", -1), ("\u{8A}\u{0}.", 0), ("\u{8A}\u{1}\u{80}.", -128),
      ("\u{8A}\u{2}\u{FF}\u{0}.", 255), ("\u{8B}\u{1}\u{0}\u{0}\u{0}\u{7}.", 7),
    ] {
      #expect(try integer(text) == value, "\(text.debugDescription)")
    }
  }

  @Test func textsOfEveryFormAreRead() throws {
    for text in [
      "Vab\n.", "S'ab'\n.", "X\u{2}\u{0}\u{0}\u{0}ab.", "\u{8C}\u{2}ab.", "U\u{2}ab.",
      "T\u{2}\u{0}\u{0}\u{0}ab.", "\u{8D}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}ab.",
    ] {
      #expect(try string("\u{80}\u{4}" + text) == "ab", "\(text.debugDescription)")
    }
    #expect(message("Va\\u0041\n.") == "byte 0: text with escapes")
    #expect(message("S'a\n.") == "byte 0: text that is not in plain quotes")
    #expect(message("X\u{1}\u{0}\u{0}\u{0}\u{FF}.") == "byte 0: text that is not UTF-8")
  }

  @Test func collectionsAreFilledInPlace() throws {
    let list = try read("]q\u{0}K\u{1}a(K\u{2}K\u{3}eh\u{0}0.")
    #expect(list.sequence(list.root)?.compactMap { list.integer($0) } == [1, 2, 3])
    let pairs = try read("}(Va\nK\u{1}Vb\nK\u{2}u.")
    guard case .mapping(let object) = pairs.nodes[pairs.root] else {
      Issue.record("no mapping")
      return
    }
    #expect(object.items.count == 4)
    let ordered = try read("ccollections\nOrderedDict\n(](Va\nK\u{1}tat\u{81}.")
    guard case .mapping = ordered.nodes[ordered.root] else {
      Issue.record("no mapping")
      return
    }
  }

  @Test func classesThatAreNotKnownBecomeInertObjects() throws {
    let pickle = try read("csae.config\nConfig\n)\u{81}}Vd_in\nK\u{8}sb.")
    guard case .object(let object) = pickle.nodes[pickle.root] else {
      Issue.record("no object")
      return
    }
    #expect(pickle.globalName(object.head) == "sae.config.Config")
    #expect(object.state != nil)
    #expect(message("ccopyreg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR.") == nil)
    #expect(message("\u{80}\u{4}cm\nC\n)}\u{92}.") == nil)
  }

  @Test(arguments: [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"),
    ("builtins", "getattr"), ("builtins", "object.__subclasses__"), ("subprocess", "Popen"),
    ("webbrowser", "open"), ("runpy", "run_path"), ("importlib", "import_module"),
    ("sys", "modules"), ("functools", "partial"), ("operator", "attrgetter"),
    ("types", "FunctionType"), ("pip._internal", "main"), ("timeit", "timeit"),
  ])
  func row25NamesThatRunCode(module: String, name: String) {
    let refused = "calls or names \(module).\(name), which no tensor needs; nothing was run"
    #expect(message("c\(module)\n\(name)\n(Vid\ntR.") == "byte 0: \(refused)")
    #expect(message("c\(module)\n\(name)\n0N.") == "byte 0: \(refused)")
  }

  @Test(arguments: [
    ("torch.hub", "load"), ("numpy.f2py.crackfortran", "myeval"), ("torch", "load"),
    ("torch.serialization", "load"), ("torch._utils", "_rebuild_sparse_tensor"),
    ("sae.config", "Config"), ("torch", "os.system"), ("idea", "system"),
    ("torch._dynamo.guards", "GuardBuilder.get"), ("lib.cProfile", "run"),
  ])
  func row25CallsThatAreNotListed(module: String, name: String) {
    let start = module.count + name.count + 3
    #expect(
      message("c\(module)\n\(name)\n)R.")
        == "byte \(start + 1): calls or names \(module).\(name), which no tensor needs; "
        + "nothing was run")
  }

  @Test func row26OtherFormsOfCalls() {
    let refused = "calls or names os.system, which no tensor needs; nothing was run"
    let (os, system) = (PickleText.text("os"), PickleText.text("system"))
    #expect(
      message("\u{80}\u{4}\(os)\(system)\u{93}\u{8C}\u{2}id\u{85}R.") == "byte 14: \(refused)")
    #expect(message("(Vid\nios\nsystem\n.") == "byte 5: \(refused)")
    #expect(message("(cos\nsystem\nVid\no.") == "byte 1: \(refused)")
    #expect(message("cos\nsystem\n(Vid\nt}\u{92}.") == "byte 0: \(refused)")
    #expect(message("cos\nsystem\n(Vid\nt\u{81}.") == "byte 0: \(refused)")
    let other = "calls or names a.b, which no tensor needs; nothing was run"
    #expect(message("(Vid\nia\nb\n.") == "byte 5: \(other)")
    #expect(message("(ca\nb\nVid\no.") == "byte 10: \(other)")
    for (code, width) in [(0x82, 1), (0x83, 2), (0x84, 4)] {
      let operation = String(Character(Unicode.Scalar(UInt8(code))))
      let number = "\u{7}" + String(repeating: "\u{0}", count: width - 1)
      #expect(
        message(operation + number + ")R.")
          == "byte 0: extension code 7 stands for a name that is not in the file; nothing was run")
    }
  }

  @Test func row27PayloadsBeforeCorruptBytes() {
    let refused = "calls or names os.system, which no tensor needs; nothing was run"
    #expect(message("cos\nsystem\n(Vid\ntR\u{FF}\u{FF}") == "byte 0: \(refused)")
    #expect(message("N0\u{FF}cos\nsystem\n.") == "byte 2: operation 0xff is not known")
    #expect(message("N.cos\nsystem\n(Vid\ntR.") == "byte 2: 19 bytes after the pickle")
    #expect(message("NN.") == "byte 2: values are left on the stack")
  }

  @Test func row28StackAndMemoThatAreNotThere() {
    #expect(message("j\u{0}\u{0}\u{0}\u{80}.") == "byte 0: memo 2147483648 was never stored")
    #expect(message("g99999999999999999999\n.") == "byte 0: not a number")
    #expect(message("g-1\n.") == "byte 0: not a number")
    #expect(message("h\u{0}.") == "byte 0: memo 0 was never stored")
    for text in [".", "0.", "2.", "R.", "a.", "s.", "b.", "q\u{0}.", "\u{85}.", "\u{94}.", "Q."] {
      #expect(message(text) == "byte 0: nothing on the stack to work on", "\(text)")
    }
    for text in ["t.", "l.", "d.", "e.", "u.", "o.", "1.", "\u{91}."] {
      #expect(message(text) == "byte 0: no mark on the stack", "\(text)")
    }
    // What lies below a mark is out of reach.
    #expect(message("N(a.") == "byte 2: nothing on the stack to work on")
    #expect(message("N(R.") == "byte 2: nothing on the stack to work on")
    #expect(message("(o.") == "byte 1: nothing on the stack to work on")
    #expect(message("(0N.") == nil)
    #expect(message("") == "byte 0: the pickle ends within an operation")
    #expect(message("K") == "byte 0: the pickle ends within a number")
    #expect(message("NNa.") == "byte 2: a value that holds no others")
    #expect(message("NNR.") == "byte 2: arguments that are no tuple")
    #expect(message("N)R.") == "byte 2: calls a value that is no name")
    #expect(message("}(NNNu.") == "byte 5: a key without a value")
    #expect(message("\u{80}\u{6}N.") == "byte 0: protocol 6, expected 0 to 5")
  }

  @Test func row29LengthsBeyondTheBytes() {
    let huge = String(repeating: "\u{FF}", count: 7) + "\u{7F}"
    #expect(
      message("\u{8D}\(huge)a.") == "byte 0: a length of 9223372036854775807 bytes, but 2 are left")
    #expect(
      message("\u{8E}" + String(repeating: "\u{FF}", count: 8) + ".")
        == "byte 0: a length of 18446744073709551615 bytes, but 1 are left")
    for code in ["X", "B", "T", "\u{8B}"] {
      #expect(
        message(code + "\u{FF}\u{FF}\u{FF}\u{7F}.")
          == "byte 0: a length of 2147483647 bytes, but 1 are left")
    }
    #expect(
      message("\u{95}\(huge)N.") == "byte 0: a length of 9223372036854775807 bytes, but 2 are left")
    #expect(message("Vab") == "byte 0: the pickle ends within a line")
    #expect(message("X\u{1}") == "byte 0: the pickle ends within a number")
  }

  @Test func row30PicklesWithoutMeasure() {
    #expect(message(String(repeating: "N", count: 1001)) == "byte 1000: more than 1000 values")
    #expect(
      message("N" + String(repeating: "2", count: 1001))
        == "byte 1000: more than 1000 entries of the stack or memo")
    #expect(message(String(repeating: "(", count: 1002)) == "byte 1000: more than 1000 marks")
    // A list that is copied again and again: few bytes, many elements.
    let list = "(" + String(repeating: "N", count: 400) + "lq\u{0}0"
    let copy = "cbuiltins\nlist\nh\u{0}\u{85}R0"
    #expect(
      message(list + String(repeating: copy, count: 3) + "N.")
        == "byte 463: more than 1000 copies of values")
  }

  @Test func deepListsAreReadWithoutRecursion() throws {
    let depth = 100_000
    let text = String(repeating: "]", count: depth) + String(repeating: "a", count: depth - 1) + "."
    let pickle = try read(text, sizeLimit: 1 << 20)
    #expect(pickle.nodes.count == depth)
  }
}
