internal import Dispatch
internal import Foundation
internal import Synchronization

/// Signs of life of a lock, given by a thread of its own: the time of its file is set to the present.
final class Heartbeat: Sendable {
  /// The open file; nil once the lock is given back.
  private let descriptor: Mutex<Int32?>
  private let end = DispatchSemaphore(value: 0)
  private let lost = Atomic(false)
  private let path: String

  /// Starts.
  ///
  /// - Parameters:
  ///   - path: The file of the lock.
  ///   - descriptor: It, open; closed by `stop`.
  ///   - interval: The seconds from one sign to the next.
  init(path: String, descriptor: Int32, interval: Double) {
    self.path = path
    self.descriptor = Mutex(descriptor)
    // The thread keeps this object until it ends, which `stop` sees to.
    let thread = Thread { [self] in
      while end.wait(timeout: .now() + interval) == .timedOut { beat() }
    }
    thread.stackSize = 1 << 18
    thread.start()
  }

  /// Whether the file was taken away.
  var isLost: Bool { lost.load(ordering: .relaxed) }

  /// Removes the file, if it is still the one, and ends.
  func stop() {
    descriptor.withLock { held in
      guard let descriptor = held else { return }
      held = nil
      // The name goes while the lock is held: whoever opened it meanwhile finds that it names
      // nothing any more, and starts again.
      if isStillNamed(descriptor) { try? SystemFile.remove(path) }
      try? SystemFile.close(descriptor)
      end.signal()
    }
  }

  private func beat() {
    descriptor.withLock { held in
      guard let descriptor = held else { return }
      // A sign that cannot be given now may be given the next time.
      try? SystemFile.touch(descriptor)
      if !isStillNamed(descriptor) { lost.store(true, ordering: .relaxed) }
    }
  }

  private func isStillNamed(_ descriptor: Int32) -> Bool {
    (try? SystemFile.names(path, descriptor)) ?? false
  }
}
