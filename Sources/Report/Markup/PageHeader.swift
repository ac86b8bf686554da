/// The top of a page: its title, what it is about, and links to its sections.
struct PageHeader {
  let title: String
  let subtitle: Markup
  /// Addresses on the page and what stands there.
  let links: [(address: String, text: String)]

  /// The top, after a link that skips it.
  var markup: Markup {
    .joined([
      .element("a", ["class": "skip", "href": "#main"], [.text("Skip to the page")]),
      .element("header", ["class": "top"], [row, navigation]),
    ])
  }

  private var row: Markup {
    .element(
      "div", ["class": "row"],
      [
        .element(
          "div", [:],
          [
            .element("h1", [:], [.foreign(title, limit: 120)]),
            .element("p", ["class": "mute"], [subtitle]),
          ]),
        .element("button", ["id": "theme", "type": "button", "hidden": ""], [.text("Dark theme")]),
      ])
  }

  private var navigation: Markup {
    .element(
      "nav", ["aria-label": "Sections"],
      [
        .element(
          "ul", [:],
          links.map { address, text in
            .element("li", [:], [.element("a", ["href": address], [.foreign(text, limit: 60)])])
          })
      ])
  }
}
