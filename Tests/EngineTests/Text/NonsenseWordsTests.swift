import Testing

@testable import Engine

@Suite struct NonsenseWordsTests {
  @Test func wordsHaveTheFormOfLabels() {
    let labels = ["fire engine", "T-shirt, No. 42", "été", "", "🦊", "ß9"]
    let words = NonsenseWords.words(like: labels, seed: 1)
    #expect(words.count == 6 && words[3] == "" && words[4] == "🦊")
    for (label, word) in zip(labels, words) {
      #expect(label.unicodeScalars.count == word.unicodeScalars.count)
      for (old, new) in zip(label.unicodeScalars, word.unicodeScalars) {
        if old.properties.isAlphabetic {
          #expect(("a"..."z").contains(new))
        } else if old.properties.numericType == .decimal {
          #expect(("0"..."9").contains(new))
        } else {
          #expect(old == new)
        }
      }
    }
    #expect(words[0] != labels[0])
    #expect(NonsenseWords.words(like: labels, seed: 1) == words)
    #expect(NonsenseWords.words(like: labels, seed: 2) != words)
  }
}
