import Engine
import Testing

@testable import Export

/// What the features of a run belong to, in the names of Neuronpedia.
@Suite struct NeuronpediaIdentityTests {
  private func run(layer: JSONValue, hook: JSONValue = nil) -> JSONObject {
    [
      "model": ["reference": "openai/CLIP-ViT_L.14"],
      "autoencoder": ["path": "/data/My SAE (k=12)/", "layer": layer, "hook": hook],
    ]
  }

  @Test func aSourceIsALayerOfASet() {
    let identity = NeuronpediaIdentity(
      run(layer: 3, hook: "blocks.3.hook_resid_post"), NeuronpediaNames())
    #expect(identity.model == "clip-vit_l-14")
    #expect(identity.sourceSet == "my-sae--k-12-")
    #expect(identity.source == "3-my-sae--k-12-")
    #expect(identity.hook == "blocks.3.hook_resid_post")
  }

  @Test func aSetWithoutLayerIsItsOwnSource() {
    let identity = NeuronpediaIdentity(run(layer: nil), NeuronpediaNames())
    #expect(identity.source == "my-sae--k-12-")
    #expect(identity.hook == nil)
  }

  @Test func namesThatAreGivenGoBefore() {
    var names = NeuronpediaNames()
    (names.model, names.sourceSet, names.creator, names.creatorID) = ("m", "s", "Ada", "id")
    let identity = NeuronpediaIdentity(run(layer: 11), names)
    #expect(identity.source == "11-s")
    #expect(identity.modelRow["id"] == "m" && identity.modelRow["creatorId"] == "id")
    #expect(identity.sourceSetRow["creatorName"] == "Ada")
    #expect(identity.sourceRow["id"] == "11-s" && identity.sourceRow["setName"] == "s")
    #expect(identity.releaseRow["defaultSourceId"] == "11-s")
  }

  @Test(arguments: [("", "x"), ("//", "x"), ("---", "x"), ("é/è", "x"), ("a/b", "b"), (nil, "x")])
  func namesHaveACharacterThatIsTaken(path: String?, name: String) {
    #expect(NeuronpediaIdentity.name(path, else: "x") == name)
  }
}
