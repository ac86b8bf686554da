import Testing

@testable import Report

@Suite struct FileAddressTests {
  @Test(arguments: [
    ("/a/b/run", "/a/b/report.html", "./run/"), ("/a/run", "/a/b/report.html", "../run/"),
    ("/a/b", "/a/b/report.html", "./"), ("/x y/r#1?", "/report.html", "./x%20y/r%231%3F/"),
    ("/a/javascript:alert(1)", "/a/r.html", "./javascript%3Aalert%281%29/"),
    ("/a/\u{E9}\"<", "/a/r.html", "./%C3%A9%22%3C/"),
  ])
  func addressesAreRelativeAndPlain(directory: String, page: String, address: String) {
    #expect(FileAddress.relative(directory, from: page) == address)
  }

  @Test func runsAreToldApartByTheirPaths() {
    #expect(Report.names(["/x/run"]) == ["run"])
    #expect(Report.names(["/x/a/run", "/x/b/run"]) == ["a/run", "b/run"])
    #expect(Report.names(["/x/a", "/x/b", "c"]) == ["a", "b", "c"])
    #expect(Report.names(["/", "."]) == ["run", "."])
  }
}
