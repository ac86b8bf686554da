import CFuzzer
import Foundation

var count = CommandLine.argc
var arguments = unsafe UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?(CommandLine.unsafeArgv)
let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, size in
  let input = unsafe bytes.map { bytes in unsafe Data(bytes: bytes, count: size) }
  FuzzTarget.chosen.read(input ?? Data())
  return 0
}
exit(status)
