/// What the names of modules and what is in them mean to the reader of pickles.
///
/// Nothing is ever imported or called. A name outside of these tables may be the class of an
/// object whose attributes are kept; a pickle that calls it is refused, as is one that so much as
/// mentions a module which exists to run code.
enum PickleGlobals {
  /// What a call that is known stands for.
  enum Meaning {
    /// An empty or filled mapping.
    case mapping
    /// A list, tuple or set of the elements of the argument.
    case list, tuple, set
    /// The bytes of a text in Latin-1.
    case latin1
    /// An object of the class that is the first argument.
    case reconstruction
    /// A call that the reader of tensors gives a meaning.
    case inert
  }

  /// The calls that are known, by module and name.
  static let calls: [String: Meaning] = {
    var calls: [String: Meaning] = [
      "collections.OrderedDict": .mapping, "collections.defaultdict": .mapping,
      "collections.Counter": .mapping, "_codecs.encode": .latin1,
      "copyreg._reconstructor": .reconstruction, "copy_reg._reconstructor": .reconstruction,
      "torch.Size": .tuple, "torch.device": .inert, "torch.jit._pickle.build_intlist": .list,
      "torch.jit._pickle.build_doublelist": .list, "torch.jit._pickle.build_boollist": .list,
      "torch.jit._pickle.build_tensorlist": .list,
    ]
    for module in ["builtins", "__builtin__"] {
      calls[module + ".dict"] = .mapping
      calls[module + ".list"] = .list
      calls[module + ".tuple"] = .tuple
      calls[module + ".set"] = .set
      calls[module + ".frozenset"] = .set
      for name in ["bytearray", "bytes", "complex", "slice", "range"] {
        calls[module + "." + name] = .inert
      }
    }
    for name in [
      "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
      "_rebuild_parameter_with_state",
    ] {
      calls["torch._utils." + name] = .inert
    }
    for name in [
      "torch.storage._load_from_bytes", "torch._tensor._rebuild_from_type_v2",
      "torch.jit._pickle.restore_type_tag", "numpy.dtype",
    ] {
      calls[name] = .inert
    }
    for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
      calls[module + "._reconstruct"] = .inert
      calls[module + ".scalar"] = .inert
    }
    for module in ["numpy.core.numeric", "numpy._core.numeric"] {
      calls[module + "._frombuffer"] = .inert
    }
    for name in ["Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"] {
      calls["pathlib." + name] = .inert
      calls["pathlib._local." + name] = .inert
    }
    return calls
  }()

  /// Types of Python that stand in configurations as they are.
  private static let types: Set<String> = [
    "int", "float", "bool", "str", "object", "NoneType", "type", "set", "frozenset", "dict",
    "list", "tuple", "bytes", "bytearray", "complex", "slice", "range", "long", "unicode",
  ]

  /// Modules that exist to run code or reach the system.
  ///
  /// Their names have no place in a file of tensors. The list is a courtesy to who would load the
  /// file elsewhere, not a defence.
  private static let refusedModules: Set<String> = [
    "_bootlocale", "_io", "_pickle", "_posixsubprocess", "_socket", "_thread", "aiohttp", "ast",
    "asyncio", "bdb", "builtins", "__builtin__", "cProfile", "cloudpickle", "code", "codeop",
    "commands", "ctypes", "dill", "distutils", "doctest", "ensurepip", "ftplib", "functools",
    "getpass", "httplib", "http", "idlelib", "imaplib", "imp", "importlib", "inspect", "io",
    "joblib", "lib2to3", "linecache", "logging", "mailcap", "marshal", "multiprocessing", "nt",
    "ntpath", "operator", "os", "pdb", "pickle", "pip", "pkgutil", "platform", "poplib", "posix",
    "posixpath", "profile", "pty", "pydoc", "requests", "runpy", "shelve", "shutil", "signal",
    "site", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "timeit", "trace", "types", "unittest", "urllib", "urllib2", "uuid",
    "venv", "webbrowser", "zipapp", "zipimport",
  ]

  /// Whether a pickle may mention a name.
  ///
  /// - Parameters:
  ///   - module: The module.
  ///   - name: The name in it, which may be dotted.
  /// - Returns: False if it is in a module that exists to run code, plain types excepted.
  static func mayBeNamed(_ module: String, _ name: String) -> Bool {
    let root = module.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
    guard refusedModules.contains(String(root)) else { return true }
    if ["builtins", "__builtin__"].contains(module) { return types.contains(name) }
    return module == "types" && name == "SimpleNamespace"
  }
}
