import Foundation

/// Pickles for tests, spelled in the characters of their operations.
enum PickleText {
  /// The bytes of characters up to U+00FF.
  static func bytes(_ text: String) -> Data {
    Data(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }

  /// A short text as an operation.
  static func text(_ text: String) -> String {
    "\u{8C}\(Character(Unicode.Scalar(UInt8(text.utf8.count))))" + text
  }

  /// A view of storage 0 as PyTorch describes it.
  ///
  /// - Parameters:
  ///   - shape: The sizes.
  ///   - strides: The strides.
  ///   - offset: The first element.
  ///   - count: The number of elements that the storage is said to have.
  ///   - key: The name of the storage.
  ///   - type: The class of the storage.
  /// - Returns: The operations that leave the tensor on the stack.
  static func tensor(
    _ shape: [Int], _ strides: [Int], offset: Int = 0, count: Int = 4, key: String = "0",
    type: String = "FloatStorage"
  ) -> String {
    let numbers = { (values: [Int]) in "(" + values.map { "I\($0)\n" }.joined() + "t" }
    return "ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\n\(type)\n\(text(key))Vcpu\n"
      + "I\(count)\ntQI\(offset)\n" + numbers(shape) + numbers(strides)
      + "I00\nccollections\nOrderedDict\n)RtR"
  }
}
