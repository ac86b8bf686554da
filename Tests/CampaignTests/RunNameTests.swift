import Testing

@testable import Campaign

/// Names of outputs.
@Suite struct RunNameTests {
  @Test(arguments: [
    (["layer-1"], "imagenet", "layer-1-dec.full-imagenet"),
    (["3", "sae.pt"], "/w/colors.txt", "3-sae-dec.full-colors"),
    (["a b;$(c)"], "/w/l'é.txt", "a_b___c_-dec.full-l__"),
    ([".x"], "imagenet", "_x-dec.full-imagenet"), (["-x"], "imagenet", "_x-dec.full-imagenet"),
    (["v1.5"], "/w/v1.5", "v1.5-dec.full-v1.5"),
  ])
  func namesAreSafe(autoencoder: [String], labels: String, name: String) {
    let found = RunName.name(
      prefix: nil, autoencoder: autoencoder, variant: "dec.full", labels: labels)
    #expect(found == name)
    #expect(RunName.isSafe(found))
  }

  @Test func aPrefixComesFirst() {
    let name = RunName.name(
      prefix: "big", autoencoder: ["x"], variant: "native", labels: "imagenet")
    #expect(name == "big-x-native-imagenet")
  }

  @Test(arguments: ["", "..", ".", "a/b", "-x", "a b", "a\n", String(repeating: "a", count: 201)])
  func othersAreNot(name: String) { #expect(!RunName.isSafe(name)) }
}
