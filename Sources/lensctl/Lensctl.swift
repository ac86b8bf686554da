import ArgumentParser
import Engine

@main
struct Lensctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lensctl", abstract: "Read the features of a sparse autoencoder of CLIP in words.")
  func run() throws { print(BLAS.coreName) }
}
